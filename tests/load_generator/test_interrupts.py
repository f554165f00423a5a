"""A surge that is stopped, or loses a worker: what there is, is kept and marked; nothing is left running."""

import json
import math
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import replace

import psutil
import pytest
from program import SECONDS

from booking_sim import surge
from booking_sim.audit import audit, holds
from booking_sim.database import connect
from booking_sim.load_generator import run
from booking_sim.load_generator import workers as worker_module
from booking_sim.load_generator.interrupt import Interrupt
from booking_sim.result.result import SurgeResult

LONG = ("surge", "--tickets", 50, "--buyers", 100_000, "--connections", 8, "--out", "out", "--json")
SURGE = "datname = current_database() and application_name ~ '^booking_sim (surge|observer) '"


@pytest.fixture
def blocked(database):
    """Keep every hold waiting while inside."""

    @contextmanager
    def block():
        with connect(database) as connection, connection.transaction():
            connection.execute("lock table booking.booking_intents in share mode")
            yield

    return block


@pytest.fixture
def end(conn, tmp_path):
    """Wait for a surge to end, and check that nothing of it is left; give its status, summary and manifest."""

    def wait(process):
        out, err = process.communicate(timeout=SECONDS)
        assert "Traceback" not in err
        assert not [other for other in psutil.process_iter() if works_for(other, process.pid)]
        assert conn.execute(f"select pid, state, query from pg_stat_activity where {SURGE}").fetchall() == []
        assert holds(audit(conn))
        return process.returncode, json.loads(out), json.loads((tmp_path / "out" / "manifest.json").read_text())

    return wait


@pytest.mark.parametrize(
    ("problems", "is_right", "status"),
    [
        (["interrupted"], True, 130),
        (["interrupted"], False, 1),
        (["interrupted", "the audit is missing: interrupted"], False, 1),
        (["interrupted", "surge.png is missing: No space left on device"], True, 1),
        (["interrupted", "worker 0 was cut off"], True, 1),
    ],
)
def test_an_interrupt_explains_nothing_but_the_calls_that_were_not_made(run, monkeypatch, problems, is_right, status):
    """What is missing besides, or wrong, is what CI has to see."""
    ended = []

    def end(self, *_):
        self.manifest = replace(self.manifest, interrupted=True, problems=problems)
        ended.append(self)

    monkeypatch.setattr(SurgeResult, "save_in", end)
    monkeypatch.setattr(SurgeResult, "is_right", property(lambda _: is_right))
    assert run("surge", "--tickets", 2, "--buyers", 4, "--connections", 2, "--workers", 1, "--out", "out")[0] == status
    assert len(ended) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_surge_keeps_what_it_has(start, first_hold, end, number):
    process = start(*LONG)
    first_hold(process)
    process.send_signal(number)
    status, summary, manifest = end(process)
    assert status == 130
    assert summary["partial"] is True
    assert 0 < summary["attempts"] < 100_000
    assert summary["unanswered"] > 0
    assert manifest["partial"] is True
    assert manifest["interrupted"] is True
    assert manifest["problems"] == ["interrupted"]
    assert manifest["headline"].startswith("Partial run: ")


def test_calls_that_wait_for_a_lock_are_cancelled(start, blocked, conn, end):
    with blocked():
        process = start(*LONG, "--cold", "yes")
        wait_for(conn, f"select count(*) = 8 from pg_stat_activity where {SURGE} and wait_event_type = 'Lock'")
        process.send_signal(signal.SIGINT)
        status, summary, _ = end(process)
    assert status == 130
    assert (summary["held"], summary["errors"], summary["failed_attempts"]) == (0, 8, 8)


def test_a_worker_that_is_killed_is_told_of_and_the_others_go_on(start, first_hold, end):
    process = start("surge", "--tickets", 50, "--buyers", 8_000, "--connections", 8, "--out", "out", "--json")
    first_hold(process)
    worker, _ = workers(process.pid)
    worker.kill()
    status, summary, manifest = end(process)
    assert status == 1
    assert summary["audit_ok"] is True
    assert summary["oversold"] == 0
    assert 0 < summary["unanswered"] <= 4_000
    assert manifest["partial"] is True
    assert manifest["interrupted"] is False
    assert len(manifest["problems"]) == 1
    assert manifest["problems"][0].endswith("was killed by signal 9")


def test_workers_end_with_a_parent_that_is_killed(start, first_hold):
    process = start(*LONG)
    first_hold(process)
    orphans = workers(process.pid)
    process.kill()
    _, left = psutil.wait_procs(orphans, timeout=SECONDS)
    assert left == []


@pytest.mark.parametrize("times", [1, 2])
def test_workers_that_do_not_hear_are_ended_by_force(blocked, conn, database, monkeypatch, times):
    """At the first Ctrl-C when patience is over, at the second at once."""
    monkeypatch.setattr(worker_module, "_STOP_TIMEOUT_S", 0.1 if times == 1 else SECONDS)
    interrupt = Interrupt()

    def interrupt_when_blocked():
        with connect(database) as observer:
            wait_for(observer, f"select count(*) = 8 from pg_stat_activity where {SURGE} and wait_event_type = 'Lock'")
        for worker in workers(os.getpid()):
            worker.suspend()
        interrupt.count = times

    monkeypatch.setattr(run, "interruptible", lambda: nullcontext(interrupt))
    with blocked(), ThreadPoolExecutor() as executor:
        reported = executor.submit(interrupt_when_blocked)
        result = surge(tickets=8, buyers=30, connections=8, cold=True, url=database)
        reported.result()
        assert conn.execute(f"select count(*) from pg_stat_activity where {SURGE}").fetchone() == (0,)
    assert result.manifest.problems == ["interrupted", "worker 0 was cut off", "worker 1 was cut off"]
    assert result.partial
    assert math.isnan(result.summary()["p99_ms"])


def wait_for(conn, condition):
    """Ask until it is true, and let the server wait in between."""
    for _ in range(SECONDS * 100):
        if conn.execute(condition).fetchone()[0]:
            return
        conn.execute("select pg_sleep(0.01)")
    pytest.fail(f"never came true: {condition}")


def workers(parent):
    found = [child for child in psutil.Process(parent).children() if works_for(child, parent)]
    assert len(found) == 2
    return found


def works_for(process, parent):
    try:
        return (
            process.ppid() in {parent, os.getpid()}
            and "booking_sim.load_generator.worker.worker.run_worker" in process.cmdline()
        )
    except psutil.Error:
        return False
