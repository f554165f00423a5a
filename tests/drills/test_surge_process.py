"""The surge of a drill is gone at the end with all that it started, and hears what the drill ignores."""

import signal
from contextlib import contextmanager, suppress
from random import Random
from types import SimpleNamespace

import psutil
import pytest

from booking_sim.drills import FAULTS
from booking_sim.drills import surge_process as module
from booking_sim.drills.surge_process import surge_process

STARTS_ANOTHER = """
import subprocess

with subprocess.Popen(["sleep", "600"], process_group=0) as other:
    print(other.pid, flush=True)
"""
SAYS_WHAT_IT_HEARS = """
import signal

print(*(signal.getsignal(number) is not signal.SIG_IGN for number in (signal.SIGINT, signal.SIGHUP)))
"""


def test_what_it_started_is_gone_at_the_end(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "_CODE", STARTS_ANOTHER)
    with surge_process("", tmp_path, 1, temporary=tmp_path) as surge:
        other = psutil.Process(int(surge.stdout.readline()))
    while is_at_work(other):  # its pipes are closed, and it ends
        pass


def is_at_work(process):
    with suppress(psutil.NoSuchProcess):
        return process.status() != psutil.STATUS_ZOMBIE
    return False


@contextmanager
def ignored(*numbers):
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_it_hears_what_the_drill_ignores(monkeypatch, tmp_path):
    settings, _, _ = module._CODE.partition("from booking_sim")
    monkeypatch.setattr(module, "_CODE", settings + SAYS_WHAT_IT_HEARS)
    with ignored(signal.SIGINT, signal.SIGHUP), surge_process("", tmp_path, 1, temporary=tmp_path) as surge:
        assert surge.communicate()[0].split() == ["True", "True"]


class Stopped:
    """Stands for a process, or several, that a fault stops; counts how often it must go on."""

    def __init__(self):
        self.stopped = 0

    def suspend(self):
        self.stopped += 1

    def resume(self):
        self.stopped -= 1

    def send_signal(self, number):
        self.stopped += 1 if number == signal.SIGSTOP else -1


@pytest.mark.parametrize("name", ["worker_stopped", "observer_stopped", "server_stopped", "parent_stopped"])
def test_who_was_stopped_goes_on_when_the_drill_is_interrupted(name):
    process = Stopped()
    stage = SimpleNamespace(server=process, surge=process, random=Random(1), parts=lambda _: [process])
    with suppress(KeyboardInterrupt), FAULTS[name].inject(stage):
        assert process.stopped == 1
        raise KeyboardInterrupt
    assert process.stopped == 0
