"""What a run must hold: how it is written, when it is refused, and what is measured."""

import math

import pytest
from surge_results import result

from booking_sim.errors import BookingSimError
from booking_sim.result.thresholds import Threshold, judge
from booking_sim.stats.figures import FIGURES, WINDOWED


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("p99_ms < 6.6", True),
        ("p99_ms < 6.5", False),
        ("p99_ms<=6.5", True),
        ("held == 1", True),
        ("held != 1", False),
        ("attempts >= 1_000", False),
        ("oversold > 0", False),
        ("audit_ok == true", True),
        ("partial == True", False),
        ("p99_ms[:15ms] < 5", True),  # the hold of 6.5 ms was answered later
        ("p99_ms[15ms:] < 5", False),
        ("p99_ms [ 20ms : 1m ] == 6.5", True),
        ("attempts[:12ms] == 2", True),
        ("p99_ms[1m:] < 5", False),  # nothing was measured then
        ("p99_ms[1m:] != 5", False),
        ("attempts[:4ms] == 0", True),  # the first was answered then, and counts in what comes after
    ],
)
def test_a_requirement_is_met_or_not(text, met):
    (verdict,) = judge(result(), [Threshold.parse(text)])
    assert verdict.met is met


def test_a_rate_of_a_window_is_of_its_own_length():
    rate = result().figures_between(0.002, 0.012)["throughput"]
    assert rate == pytest.approx(2 / 0.010)
    assert result().figures_between(0.0, math.inf)["throughput"] == pytest.approx(result().summary()["throughput"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("p98_ms < 5", "there is no figure 'p98_ms': choose from tickets, buyers, held"),
        ("held[5s:] < 5", "there is no figure 'held' of a window: choose from attempts, failed_attempts"),
        ("p99_ms < 50ms", "'50ms' is no number"),
        ("p99_ms[5:] < 50", "'5' is not a duration"),
        ("p99_ms[5s:1s] < 50", "the window ends before it begins"),
        ("p99_ms = 5", "is no requirement: write a figure, one of <= >= == != < >, and a number"),
        ("p99_ms", "is no requirement"),
    ],
)
def test_what_cannot_be_required_is_refused(text, words):
    with pytest.raises(BookingSimError) as caught:
        Threshold.parse(text)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_every_figure_is_explained_and_no_other():
    assert list(result().summary().index) == list(FIGURES)
    assert set(result().figures_between(0, 1)) == set(WINDOWED) <= set(FIGURES)
