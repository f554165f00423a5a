"""A run that fails ends early, if it was told when."""

from types import SimpleNamespace

import pytest

from booking_sim.errors import SettingError
from booking_sim.live.tally import Tally
from booking_sim.load_generator.abort import LIVE, Abort, parse_conditions
from booking_sim.load_generator.interrupt import Interrupt
from booking_sim.result.loading import load
from booking_sim.stats.metrics import METRICS


def tally(**outcomes):
    counts = Tally(buyers=None, tickets=1)
    counts.add(SimpleNamespace(outcomes=outcomes, buyers_done=0, requests_queued=0, latencies_ms=[5.0]))
    return counts


@pytest.mark.parametrize(
    ("condition", "is_true"),
    [
        ("errors > 4", True),
        ("errors > 5", False),
        ("failed_attempts >= 6", True),
        ("refused == 30", True),
        ("answered > 39", True),
        ("attempts < 46", False),
        ("p99_database_ms > 4", True),
        ("duration_s > 60", False),
    ],
)
def test_a_condition_is_judged_by_the_live_counts(condition, is_true):
    counts, interrupt = tally(held=10, sold_out=20, contended=10, error=3, unknown=2, gave_up=1), Interrupt()
    Abort(parse_conditions([condition]), counts, interrupt).check()
    assert bool(interrupt.count) is is_true


def test_what_is_not_known_yet_ends_nothing():
    interrupt = Interrupt()
    Abort(parse_conditions(["p99_database_ms > 0"]), Tally(buyers=1, tickets=1), interrupt).check()
    assert not interrupt.count


@pytest.mark.parametrize("text", ["oversold > 0", "errors{kind=fan} > 1", "errors[1s:] > 1", "errors ratio > 1"])
def test_what_cannot_be_known_during_a_run_is_refused(text):
    with pytest.raises(SettingError, match="cannot be known while a run goes on: expected one of errors,"):
        parse_conditions([text])


def test_live_metrics_are_metrics():
    assert set(LIVE) <= set(METRICS)


def test_a_run_ends_when_the_condition_is_true(run, tmp_path):
    flags = ("--duration", "1m", "--tickets", 5, "--connections", 2, "--workers", 1, "--out", "out")
    status, out, _ = run("surge", *flags, "--abort-on", "refused >= 10")
    assert status == 1
    assert out.startswith("Partial run: ")
    assert "ended early, since 'refused >= 10' was true: " in out
    result = load(tmp_path / "out")
    assert result.partial
    assert not result.manifest.interrupted
    assert result.summary()["duration_s"] < 30
