"""`booking-sim bench generator`: both sides make the same calls, all that is reported was measured, nothing is left."""

import json
import os

import pytest


def test_both_take_turns_and_are_compared(run, server):
    status, out, err = run(
        "bench", "generator", "--clients", 4, "--tickets", 60_000, "--rounds", 1, "--seconds", 1, "--json"
    )
    reported = json.loads(out)
    assert (status, err) == (0 if reported["ok"] else 1, "")
    for name in ("rates", "cpu_us", "p50_ms", "p99_ms"):
        assert len(reported[name]) == 1
        assert all(theirs > 0 and own > 0 for theirs, own in reported[name])
    assert 0 < reported["busy"] <= 1.1
    assert server.scratches(os.getpid()) == []


def test_an_empty_call_shows_the_limit_of_the_generator(run, server):
    """Tickets do not run out, since nobody gets one; latencies are not measured."""
    size = ("--clients", 4, "--tickets", 100, "--rounds", 1, "--seconds", 1)
    status, out, err = run("bench", "generator", "--call", "empty", *size, "--json")
    result = json.loads(out)
    assert (status, err) == (0 if result["shares"]["rate"] >= 0.75 else 1, "")
    assert all(rate > 100 for pair in result["rates"] for rate in pair)
    assert all(1 < cpu_us < 10_000 for pair in result["cpu_us"] for cpu_us in pair)
    assert (result["call"], result["p50_ms"], result["p99_ms"]) == ("empty", [], [])
    assert server.scratches(os.getpid()) == []


@pytest.mark.parametrize("setting", ["clients", "tickets", "rounds", "seconds"])
def test_bad_input_is_one_line(run, setting):
    status, out, err = run("bench", "generator", f"--{setting}", 0)
    assert (status, out) == (2, "")
    assert err.startswith(f"booking-sim: {setting}=0 is out of range: give a whole number from")
    assert err.count("\n") == 1


@pytest.mark.parametrize("load", [0, 1, -0.1, "nan"])
def test_a_load_is_a_part_of_what_pgbench_can_do(run, load):
    status, out, err = run("bench", "generator", "--load", load)
    assert (status, out) == (2, "")
    assert err == f"booking-sim: load={float(load)} is out of range: give a number above 0 and below 1, such as 0.5.\n"
