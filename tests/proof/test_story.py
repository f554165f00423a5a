"""The history of a violation is short, has what contradicts each other, and can be drawn."""

import pytest
from histories import call, held, row, shown
from matplotlib.figure import Figure

from booking_sim.plots import timeline
from booking_sim.proof.story import COLUMNS
from booking_sim.records.attempts import Call

CALLS = [held(0, 1.0, 7, 1), held(1, 2.0, 8, 1), held(2, 3.0, 9, 2), call(3, Call.RESERVE, 4.0, "sold_out")]
ROWS = [row(7, 0, 1.005, 1), row(8, 1, 2.005, 1), row(9, 2, 3.005, 2)]


@pytest.fixture
def story():
    return lambda rule: shown(CALLS, ROWS, rule)


def test_two_holders_are_told_with_their_calls_and_nobody_elses(story):
    history = story("one_holder")
    assert list(history.columns) == list(COLUMNS)
    assert sorted(history["intent_id"]) == [7, 7, 8, 8]
    assert history["what"].tolist() == ["reserve", "hold of 1", "reserve", "hold of 1"]
    assert history["begin"].is_monotonic_increasing


def test_a_history_is_drawn_with_a_lane_for_each_buyer(story):
    ax = timeline(story("one_holder"), ax=Figure().subplots())
    assert [label.get_text() for label in ax.get_yticklabels()] == ["buyer 0", "buyer 1"]
    assert {text.get_text() for text in ax.texts} >= {"reserve: held", "hold of 1 (open)"}


def test_the_history_of_a_false_refusal_has_the_refusal(story):
    history = story("sold_out_is_true")
    assert "sold_out" in set(history["outcome"])
