"""What is computed from times and rounds, on times and rounds that are known."""

import math

import numpy as np
import pandas as pd
import pytest
from booking_sim.bench.rates import duel, worst_window
from booking_sim.bench.situations import PHASES

from booking_sim.bench import situations
from booking_sim.bench.result import BenchResult
from booking_sim.bench.table import judge
from booking_sim.errors import BookingSimError


def rounds(*rows):
    return pd.DataFrame(
        [
            {
                "phase": phase,
                "situation": name,
                "clients": 8,
                "round": number,
                "floor_per_s": 1000.0,
                "per_s": 1000 * share,
                "share": share,
                "goal": 0.9,
            }
            for phase, name, *shares in rows
            for number, share in enumerate(shares, 1)
        ]
    )


FRAME = rounds(
    ("half", "half sold", 0.2, 0.95, 0.96),
    ("fresh", "fresh", 0.89, 0.88, 3.0),
    ("inventory", "small", 0.8, 0.8, 0.8),
    ("inventory", "large", 0.73, 0.73, 0.73),
    ("inventory", "huge", 0.71, 0.71, 0.71),
)


def test_the_median_is_judged_and_the_spread_is_shown():
    table = judge(FRAME).set_index("situation")
    assert list(table.index) == ["half sold", "fresh", "small", "large", "huge"]
    assert list(table.loc["half sold", ["share", "least", "greatest", "reached"]]) == [0.95, 0.2, 0.96, True]
    assert list(table.loc["fresh", ["share", "per_s", "reached"]]) == [0.89, 890, False]


def test_inventories_are_judged_beside_the_best_of_them():
    table = judge(FRAME).set_index("situation").loc[["small", "large", "huge"]]
    assert list(table["goal"]) == pytest.approx([0.72] * 3)
    assert list(table["reached"]) == [True, True, False]


def test_the_headline_says_how_many_and_which_is_the_worst():
    result = BenchResult(FRAME, {"strategy": "mine"})
    assert result.headline == "mine: 3 of 5 goals reached; the least for its goal: 0.71, huge at 8 clients"
    assert not result.ok
    assert BenchResult(FRAME[FRAME["phase"] == "half"], {"strategy": "mine"}).ok


def test_the_chart_shows_every_situation_with_its_goal():
    table = judge(FRAME)
    (axes,) = BenchResult(FRAME, {"strategy": "mine"}).chart().axes
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        f"{name}  ·  8" for name in ("half sold", "fresh", "small", "large", "huge")
    ]
    dots = {line.get_label(): sorted(line.get_xdata()) for line in axes.lines}
    assert dots == {
        "goal reached": [0.73, 0.8, 0.95],
        "below its goal": [0.71, 0.89],
        "goal": sorted(table["goal"]),
    }


def test_a_duel_counts_only_while_both_run_and_there_are_tickets():
    floor = np.arange(0, 4, 0.01)  # 100 a second, from 0 to 4
    own = np.arange(1, 6, 0.02)  # 50 a second, from 1 to 6
    assert duel(floor, own, None) == pytest.approx((100, 50), rel=0.01)
    then_refused = np.append(own[:51], np.arange(2.001, 4, 0.001))  # tickets until 2, and then 1000 refusals a second
    assert duel(floor, then_refused, 51) == pytest.approx((100, 50), rel=0.03)


def test_nothing_at_the_same_time_is_no_rate():
    assert all(math.isnan(rate) for rate in duel(np.array([0.0, 1.0]), np.array([2.0, 3.0]), None))


def test_the_worst_window_is_the_one_at_the_last_ticket():
    selling = np.arange(0, 2, 0.002)  # 500 a second for 1000 tickets, 200 ms of silence, 5000 refusals a second
    refusing = np.arange(2.2, 3, 0.0002)
    fresh, worst = worst_window(np.concatenate([selling, refusing]), 1000)
    assert fresh == pytest.approx(500, rel=0.01)
    assert worst == 0


def test_a_steady_rate_has_no_bad_window_even_where_the_callers_end_one_by_one():
    own = np.concatenate([np.arange(0, 2, 0.002), np.arange(2, 2.2, 0.0001), [2.3, 2.45]])
    fresh, worst = worst_window(own, 1000)
    assert worst == pytest.approx(fresh, rel=0.05)


def test_what_is_measured_where():
    chosen = situations()
    assert tuple(dict.fromkeys(each.phase for each in chosen)) == PHASES
    levels = {phase: [each.clients for each in chosen if each.phase == phase] for phase in PHASES}
    assert all(levels[phase] == [1, 8, 64, 200] for phase in ("fresh", "half", "last", "sold_out", "expired"))
    assert {len(levels[phase]) for phase in ("snapshot", "inventory", "four", "events", "window")} == {1, 3, 5}
    assert [each.goal for each in chosen if each.clients == 8] == [0.9, 0.9, 0.9, 0.9, 0.8]


def test_a_choice_of_phases_and_clients():
    chosen = situations(["four", "fresh"], [8, 2, 8], quick=True)
    assert [(each.phase, each.clients, each.tickets) for each in chosen] == [
        ("fresh", 8, 20_000),
        ("fresh", 2, 20_000),
        ("four", 8, 20_000),
        ("four", 2, 20_000),
    ]


@pytest.mark.parametrize(("phases", "clients"), [(["nosuch"], []), ([], [0])])
def test_a_choice_that_is_none(phases, clients):
    with pytest.raises(BookingSimError):
        situations(phases, clients)
