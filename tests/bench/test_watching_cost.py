"""`booking-sim bench observer`: what it says, what it refuses, and that nothing is left of it."""

import json
import math
import os
import signal

import numpy as np
import psutil
import pytest
from program import SECONDS, children

from booking_sim.bench.watching import _judge, _Turns

SMALL = ("observer", "--clients", 4, "--tickets", 40_000)


def test_the_cost_is_reported(run, server):
    status, out, err = run("bench", *SMALL, "--seconds", 4, "--strategy", "skip_locked", "--json")
    cost = json.loads(out)
    assert (status, err) == (0 if cost["ok"] else 1, "")
    assert cost["ok"] == (cost["cost"] <= cost["goal"] == 0.02)
    assert cost["pairs"] >= 2
    assert cost["per_s"] > 0
    assert -1 < cost["cost"] < 1
    assert 0 <= cost["processors"] < 0.2  # 0 where so short a run saw no tick of the clock that counts it, of 10 ms
    assert cost["sampling"]["waits"]["taken"] > 0
    assert server.scratches(os.getpid()) == []


def test_turns_are_compared_with_their_neighbours(monkeypatch):
    """Watched, twice alone, watched: 90 answers a second beside 100, and 20 ms of two processors a half second."""
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    turns = _Turns([10.0, 10.5, 11.0, 11.5, 12.0], [True, False, False, True, True], [0.0, 0.02, 0.02, 0.02, 0.04])
    rates = zip([90, 100, 100, 90], turns.began, strict=False)
    answers = np.concatenate([[9.9], *(began + np.arange(0, 0.5, 1 / rate) for rate, began in rates), [12.1]])
    cost = _judge(answers, math.inf, turns, {})
    assert (cost.pairs, cost.per_s, cost.cost) == (2, 100, pytest.approx(0.1))
    assert cost.processors == pytest.approx(0.02)


def test_nothing_is_left_when_it_is_interrupted(server, start):
    process = start("bench", *SMALL, "--seconds", 600)
    while not (pgbenches := children(process.pid, "pgbench")):
        assert process.poll() is None
        server.admin.execute("select pg_sleep(0.01)")
    family = psutil.Process(process.pid).children()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, out, err) == (130, "", "\n")
    assert len(family) > len(pgbenches) == 1
    assert not any(child.is_running() for child in family)
    assert server.scratches(process.pid) == []


@pytest.mark.parametrize("setting", ["clients", "tickets", "seconds"])
def test_bad_input_is_one_line(run, setting):
    status, out, err = run("bench", "observer", f"--{setting}", 0)
    assert (status, out) == (2, "")
    assert err.startswith(f"booking-sim: {setting}=0 is out of range: give a whole number from")
    assert err.count("\n") == 1
