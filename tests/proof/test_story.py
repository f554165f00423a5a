"""The history of a violation is short, has what contradicts each other, and can be drawn."""

from itertools import combinations

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


def test_who_was_sold_a_ticket_that_the_tables_gave_to_the_next_is_told_too():
    late = call(0, Call.CONFIRM, 1.5, "confirmed", 7)
    expired = row(7, 0, 1.005, 1, end="expired", ended_at=1.4, hold_s=0.2)
    history = shown([held(0, 1.0, 7, 1), late, held(1, 2.0, 8, 1)], [expired, row(8, 1, 2.005, 1)], "one_holder")
    assert set(history["buyer"]) == {0, 1}
    assert history["outcome"].tolist() == ["held", "expired", "confirmed", "held", "open"]


def test_it_counts_what_it_draws():
    title = timeline(shown(CALLS, ROWS, "one_holder"), ax=Figure().subplots()).get_title(loc="left")
    assert title == "2 calls of 2 buyers, 2 holds in the tables"


def test_words_that_would_cover_each_other_are_one_below_the_other():
    calls = [held(0, 1.0, 7, 1), call(0, Call.CONFIRM, 1.1, "confirmed", 7), held(1, 2.0, 8, 1)]
    rows = [row(7, 0, 1.005, 1, end="confirmed"), row(8, 1, 2.005, 1)]
    figure = Figure(figsize=(11, 3.6))
    texts = timeline(shown(calls, rows, "one_holder"), ax=figure.subplots()).texts
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in texts]
    assert len(boxes) == 5
    assert [(one, other) for one, other in combinations(boxes, 2) if one.overlaps(other)] == []
