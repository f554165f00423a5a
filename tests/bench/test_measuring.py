"""What is computed from times and rounds, on times and rounds that are known; and the list of what is measured."""

import math

import numpy as np
import pandas as pd
import pytest

from booking_sim.bench.contestants import BASELINE, RANDOM_START, SKIP_LOCKED, Catalogued
from booking_sim.bench.metrics import METRICS, Goal
from booking_sim.bench.phases import PHASES, BenchComparison, Side, against_systems, comparisons
from booking_sim.bench.result import BenchManifest, BenchResult
from booking_sim.bench.table import interval, judge
from booking_sim.bench.window import worst_window
from booking_sim.errors import BookingSimError
from booking_sim.strategies import find

DEFAULT = Catalogued(find("default"))

GOALS = (
    Goal("mine", "per_s", 0.75, "base"),
    Goal("mine", "cpu_us", 1.6, "base"),
    Goal("mine", "wal_bytes", 750),
    Goal("mine", "buffers", 1.1, "base"),
    Goal("mine", "statements", None, "base"),
)
COMPARISON = BenchComparison("fresh", "fresh", 8, (Side("base", BASELINE, 1), Side("mine", BASELINE, 1)), GOALS)


def manifest(*notes):
    """With notes on what could not be measured; what it was measured with does not matter here."""
    return BenchManifest("mine", "2026-11-23T12:00:00", "2026-11-23T12:05:00", 5, 2.0, notes, environment=None)


def rounds(base, mine):
    """A round for each value of the metrics, which are by name."""
    rows = [
        {"phase": "fresh", "situation": "fresh", "clients": 8, "round": number, "turn": 1, "side": side}
        | {name: side_values[name][number] if name in side_values else math.nan for name in METRICS}
        for side, side_values in (("base", base), ("mine", mine))
        for number in range(len(base["per_s"]))
    ]
    return pd.DataFrame(rows)


ROUNDS = rounds(
    {"per_s": [100, 200, 50], "cpu_us": [10, 20, 10], "wal_bytes": [400, 400, 400], "statements": [3, 3, 3]},
    {"per_s": [80, 100, 45], "cpu_us": [17, 30, 17], "wal_bytes": [700, 760, 740], "statements": [7, 7, 7]},
)


def test_the_median_of_the_rounds_ratios_is_judged():
    """Not the ratio of the medians, which is what a machine that changes its speed between rounds makes of them."""
    table = judge(ROUNDS, [COMPARISON]).set_index("metric")
    assert list(table.loc["per_s", ["ratio", "low", "high", "reached"]]) == [0.8, 0.5, 0.9, True]
    assert list(table.loc["cpu_us", ["ratio", "reached"]]) == [1.7, False]
    assert list(table.loc["wal_bytes", ["ratio", "low", "high", "reached"]]) == [740, 700, 760, True]
    assert list(table.loc["per_s", ["value", "other"]]) == [80, 100]


def test_a_single_round_has_no_interval():
    table = judge(ROUNDS[ROUNDS["round"] == ROUNDS["round"][0]], [COMPARISON]).set_index("metric")
    assert table["ratio"]["per_s"] == 0.8
    assert table.loc["per_s", ["low", "high"]].isna().all()


def test_what_was_not_measured_or_has_no_goal_is_neither_reached_nor_missed():
    table = judge(ROUNDS, [COMPARISON]).set_index("metric")
    assert math.isnan(table.loc["buffers", "ratio"])
    assert table.loc[["buffers", "statements"], "reached"].isna().all()
    assert table.loc["statements", "ratio"] == pytest.approx(7 / 3)


def test_amounts_of_nearly_nothing_are_equal():
    frame = rounds({"per_s": [1], "wal_bytes": [0.01]}, {"per_s": [1], "wal_bytes": [5.0]})
    goal = Goal("mine", "wal_bytes", 1.1, "base")
    [row] = judge(frame, [BenchComparison("fresh", "fresh", 8, COMPARISON.sides, (goal,))]).itertuples()
    assert (row.ratio, row.reached) == (1, True)


@pytest.mark.parametrize(
    ("bound", "metric", "value", "reached"),
    [
        (0.75, "per_s", 0.75, True),
        (0.75, "per_s", 0.74, False),
        (1.6, "cpu_us", 1.6, True),
        (1.6, "cpu_us", 1.61, False),
        (1.6, "cpu_us", math.nan, None),
        (None, "cpu_us", 9, None),
    ],
)
def test_a_bound_is_on_the_side_that_its_metric_says(bound, metric, value, reached):
    assert Goal("mine", metric, bound).reached(value) is reached


@pytest.mark.parametrize(("count", "rank"), [(1, 1), (5, 1), (7, 1), (8, 2), (10, 2), (11, 3), (20, 6)])
def test_the_interval_is_that_of_the_sign_test(count, rank):
    """Ranks as in tables of the sign test, two-sided, 10 %."""
    values = list(range(1, count + 1))
    assert interval(values[::-1]) == (rank, count + 1 - rank)


def test_the_headline_counts_and_names_the_farthest():
    result = BenchResult(ROUNDS, [COMPARISON], manifest())
    assert result.headline == (
        "mine: 2 of 4 goals reached, 1 missed, 1 not measured (here cannot be read: buffers);"
        " the farthest from its goal: CPU us 1.70 of base, fresh at 8 clients"
    )
    assert not result.ok


def test_what_could_not_be_brought_about_is_no_success():
    comparison = BenchComparison("fresh", "fresh", 8, COMPARISON.sides, GOALS[:1])
    assert BenchResult(ROUNDS, [comparison], manifest()).ok
    assert not BenchResult(ROUNDS, [comparison], manifest("too slow")).ok


def test_a_goal_without_a_value_is_no_success_but_where_nothing_can_be_read():
    sides = (*COMPARISON.sides, Side("late", BASELINE, 1))
    goals = (Goal("mine", "per_s", 0.75, "base"), Goal("late", "per_s", 0.75, "base"))
    result = BenchResult(ROUNDS, [BenchComparison("fresh", "fresh", 8, sides, goals)], manifest())
    assert result.headline == "mine: 1 of 2 goals reached, 0 missed, 1 not measured"
    assert not result.ok
    goals = (goals[0], Goal("mine", "buffers", 1.1, "base"))
    result = BenchResult(ROUNDS, [BenchComparison("fresh", "fresh", 8, sides, goals)], manifest())
    assert result.headline == "mine: 1 of 2 goals reached, 0 missed, 1 not measured (here cannot be read: buffers)"
    assert result.ok


def test_the_chart_shows_every_judged_ratio_with_its_goal():
    rates, costs = BenchResult(ROUNDS, [COMPARISON], manifest()).chart().axes
    assert [label.get_text() for label in rates.get_yticklabels()] == ["fresh · 8: mine / base"]
    dots = {line.get_label(): [float(x) for x in line.get_xdata()] for line in costs.lines[:2]}
    assert dots == {"goal missed": [1.7], "goal": [1.6]}
    assert "log scale (right is better)" in rates.get_xlabel()
    assert "left is better" in costs.get_xlabel()


def test_the_worst_window_is_the_one_at_the_last_ticket():
    selling = np.arange(0, 2, 0.002)  # 500 a second for 1000 tickets, 200 ms of silence, 5000 refusals a second
    refusing = np.arange(2.2, 3, 0.0002)
    fresh, worst = worst_window(np.concatenate([selling, refusing]), 1000)
    assert fresh == pytest.approx(500, rel=0.01)
    assert worst == 0


def test_a_steady_rate_has_no_bad_window_even_where_the_callers_end_one_by_one():
    times = np.concatenate([np.arange(0, 2, 0.002), np.arange(2, 2.2, 0.0001), [2.3, 2.45]])
    fresh, worst = worst_window(times, 1000)
    assert worst == pytest.approx(fresh, rel=0.05)


def test_a_window_with_fewer_answers_than_tickets():
    with pytest.raises(BookingSimError, match="Only 900 calls were answered, for 1,000 tickets"):
        worst_window(np.arange(0, 0.9, 0.001), 1000)


def test_the_goals_are_those_that_are_published():
    bounds = {
        (each.phase, each.clients, goal.metric, goal.against): goal.bound
        for each in comparisons(DEFAULT)
        for goal in each.goals
        if goal.side == "default" and goal.bound is not None
    }
    rates = {phase: bounds[phase, 64, "per_s", "lean baseline"] for phase in ("fresh", "half", "last")}
    assert rates == {"fresh": 0.75, "half": 0.75, "last": 0.70}
    assert bounds["sold_out", 64, "per_s", "one-row read"] == 0.85
    assert [bounds[phase, 64, "per_s", "lean baseline"] for phase in ("expired", "returned")] == [0.6, 0.6]
    assert {bounds[phase, 64, "per_s", "plain SKIP LOCKED"] for phase in rates} == {1.25}
    assert [bounds["clients", level, "per_s", "lean baseline"] for level in (1, 8, 200)] == [0.7] * 3
    assert bounds["fresh", 64, "cpu_us", "lean baseline"] == 1.6
    assert bounds["fresh", 64, "wal_bytes", None] == 750
    assert bounds["sold_out", 64, "cpu_us", "one-row read"] == 1.2


def test_every_phase_of_a_sale_is_measured_with_an_old_snapshot_too():
    found = {each.phase: each for each in comparisons(DEFAULT)}
    assert tuple(found) == PHASES
    for phase in PHASES[:6]:
        *_, plain, old = found[phase].sides
        assert (plain.snapshot, old.snapshot) == (False, True)
        goals = {goal.metric: goal.bound for goal in found[phase].goals if goal.side == old.label}
        assert goals == {"per_s": 0.9, "cpu_us": 1.1, "record_bytes": 1.1, "buffers": 1.1}


def test_each_constraint_is_measured_beside_the_schema_as_it_is():
    (comparison,) = comparisons(DEFAULT, ["constraints"])
    plain, *altered = (side.label for side in comparison.sides)
    assert plain == "schema as it is"
    assert {"without check ticket", "without deadline index", "with foreign keys"} <= set(altered)
    assert {(goal.side, goal.against) for goal in comparison.goals} == {(label, plain) for label in altered}


def test_a_choice_of_phases_and_clients():
    chosen = comparisons(DEFAULT, ["half", "fresh"], clients=3, quick=True)
    assert [(each.phase, each.clients, each.sides[0].tickets) for each in chosen] == [
        ("fresh", 3, 5_000),
        ("half", 3, 5_000),
    ]


def test_systems_are_compared_in_the_phases_that_they_can_be_brought_to():
    found = against_systems(DEFAULT, [SKIP_LOCKED, RANDOM_START])
    assert [each.phase for each in found] == ["fresh", "half", "last", "sold_out", "returned"]
    bounds = [[goal.bound for goal in each.goals if goal.metric == "per_s"] for each in found]
    assert bounds == [[1.25, 1 / 1.1], [1.25, 1 / 1.1], [1.25, 1], [1, 1], [1, 1]]


@pytest.mark.parametrize(("phases", "clients"), [(["nosuch"], 1), ([], 0)])
def test_a_choice_that_does_not_exist(phases, clients):
    with pytest.raises(BookingSimError):
        comparisons(DEFAULT, phases, clients=clients)
