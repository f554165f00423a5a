"""The charts of comparisons and benches: each row has its own dot, interval, goal and colour."""

import numpy as np
import pandas as pd
import pytest
from drawn import bars, legend, lines, segments, title
from matplotlib.figure import Figure

from booking_sim.plots import (
    metric_by_strategy,
    ratios,
    ratios_overview,
    skip_depth_by_strategy,
    strategies_overview,
    waits_by_strategy,
)
from booking_sim.plots.style import BAD, GOOD, SKIP_COLOURS, WAIT_COLOURS

GREEN, RED = GOOD.lower(), BAD.lower()
SPREAD = ("median", "least", "greatest")
TABLE = pd.DataFrame(
    {
        ("throughput", "median"): [900.0, 500.0, 700.0],
        ("throughput", "least"): [800.0, 450.0, 600.0],
        ("throughput", "greatest"): [950.0, 520.0, 720.0],
        ("buyer_p99_ms", "median"): [20.0, 400.0, 60.0],
        ("buyer_p99_ms", "least"): [15.0, 300.0, 55.0],
        ("buyer_p99_ms", "greatest"): [25.0, 900.0, 70.0],
        ("locked", "median"): [0.0, 3.0, 1.0],
        ("dead", "median"): [1.0, 4.0, np.nan],
        ("wait_Lock", "median"): [0.0, 6.0, 2.0],
        ("wait_IO", "median"): [2.0, 1.0, 2.0],
        ("wait_IPC", "median"): [0.0, 0.0, 0.0],
        **{("oversold", spread): [0, 0, 7] for spread in SPREAD},
        **{("violations", spread): [0, 0, 0] for spread in SPREAD},
        **{("tau", spread): [1.0, 0.9, -0.2] for spread in SPREAD},
        **{("dead_tuples", spread): [10.0, 30.0, 20.0] for spread in SPREAD},
    },
    index=["fast", "slow", "unsafe"],
)


@pytest.fixture
def ax():
    return Figure(figsize=(8, 4)).add_subplot()


def dots(ax):
    """The dots: (row, where, colour) each."""
    return sorted(
        (y, x, line.colour) for line in lines(ax) if line.marker == "o" for x, y in zip(line.x, line.y, strict=True)
    )


def test_each_strategy_has_a_dot_and_its_spread_in_its_row(ax):
    metric_by_strategy(TABLE, "throughput", "buyers per second", better="higher", ax=ax)
    assert dots(ax) == [(0, 900, GREEN), (1, 500, GREEN), (2, 700, RED)]
    assert segments(ax) == [(0, 800, 950, GREEN), (1, 450, 520, GREEN), (2, 600, 720, RED)]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["fast", "slow", "unsafe"]
    assert ax.get_ylim()[0] > ax.get_ylim()[1]  # the first row is on top
    assert ax.get_xlim()[0] == 0
    assert ax.get_xlim()[1] > 950
    assert legend(ax) == ["audit passed", "oversold, or audit failed"]
    assert title(ax) == "fast: highest buyers per second"
    assert ax.get_xlabel() == "buyers per second (right is better)\nmedian; line: least to greatest round"


def test_a_latency_is_drawn_on_a_log_scale(ax):
    metric_by_strategy(TABLE, "buyer_p99_ms", "p99", milliseconds=True, ax=ax)
    assert ax.get_xscale() == "log"
    assert [where for _, where, _ in dots(ax)] == [20, 400, 60]
    assert ax.get_xlim()[0] < 15
    assert ax.get_xlim()[1] > 900
    assert title(ax) == "fast: lowest p99"
    assert "log scale (left is better)" in ax.get_xlabel()


def test_a_broken_audit_is_another_colour_too(ax):
    broken = TABLE.copy()
    broken["violations", "greatest"] = [1, 0, 0]
    metric_by_strategy(broken, "tau", "tau", better="higher", ax=ax)
    assert [colour for _, _, colour in dots(ax)] == [RED, GREEN, RED]
    assert ax.get_xlim()[0] == -0.2


def test_equal_rounds_are_no_winner(ax):
    metric_by_strategy(TABLE, "oversold", "oversold", ax=ax)
    assert title(ax) == "No clear lowest: oversold"


def test_overlapping_rounds_are_no_winner_and_a_broken_strategy_is_never_one(ax):
    near = TABLE.copy()
    near["throughput", "greatest"] = [950.0, 810.0, 5000.0]
    metric_by_strategy(near, "throughput", "buyers per second", better="higher", ax=ax)
    assert title(ax) == "No clear highest: buyers per second"
    near["throughput", "greatest"] = [950.0, 799.0, 5000.0]
    metric_by_strategy(near, "throughput", "buyers per second", better="higher", ax=ax)
    assert title(ax) == "fast: highest buyers per second"


def test_skipped_rows_lie_behind_each_other(ax):
    skip_depth_by_strategy(TABLE, ax=ax)
    assert bars(ax) == {
        "locked rows skipped": [(0, 0, 0), (1, 0, 3), (2, 0, 1)],
        "dead rows scanned": [(0, 0, 1), (1, 3, 7), (2, 1, 1)],
    }
    colours = [bar.patches[0].get_facecolor() for bar in ax.containers]
    assert [_hex(colour) for colour in colours] == [colour.lower() for colour in SKIP_COLOURS.values()]
    assert title(ax) == "fast: lowest rows skipped per ticket"


def test_waits_lie_behind_each_other_and_what_nobody_waited_for_is_left_out(ax):
    waits_by_strategy(TABLE, ax=ax)
    assert bars(ax) == {"IO": [(0, 0, 2), (1, 0, 1), (2, 0, 2)], "Lock": [(0, 2, 2), (1, 1, 7), (2, 2, 4)]}
    colours = [bar.patches[0].get_facecolor() for bar in ax.containers]
    assert [_hex(colour) for colour in colours] == [WAIT_COLOURS[kind].lower() for kind in ("IO", "Lock")]
    assert title(ax) == "fast: lowest clients waiting"


def _hex(colour):
    return "#" + "".join(f"{round(255 * part):02x}" for part in colour[:3])


def test_the_overview_has_each_metric_in_its_panel():
    figure = strategies_overview(TABLE, "fast serves 900 buyers per second")
    rate, slow, order, skipped, waiting, dead = figure.axes
    shown = {panel: [where for _, where, _ in dots(panel)] for panel in (rate, slow, order, dead)}
    assert list(shown.values()) == [[900, 500, 700], [20, 400, 60], [1, 0.9, -0.2], [10, 30, 20]]
    assert [*bars(skipped)] == ["locked rows skipped", "dead rows scanned"]
    assert [*bars(waiting)] == ["IO", "Lock"]
    assert figure.get_suptitle() == "fast serves 900 buyers per second"
    assert "right is better" in rate.get_xlabel()
    assert "right is better" in order.get_xlabel()
    assert all("left is better" in panel.get_xlabel() for panel in (slow, skipped, waiting, dead))


GOALS = pd.DataFrame(
    {
        "situation": ["fresh", "fresh", "sold out", "fresh", "fresh"],
        "clients": [64, 1, 64, 64, 8],
        "metric": ["per_s", "per_s", "per_s", "cpu_us", "per_s"],
        "side": "mine",
        "against": ["lean", "lean", None, "lean", "lean"],
        "better": ["higher", "higher", "higher", "lower", "higher"],
        "ratio": [0.8, 0.6, 1.0, 1.5, np.nan],
        "low": [0.7, 0.55, 0.9, 1.4, np.nan],
        "high": [0.9, 0.65, 1.1, 1.7, np.nan],
        "goal": [0.75, 0.95, 1.0, 1.6, 0.9],
        "reached": pd.array([True, False, True, True, None], "boolean"),
    }
)
"""The third is measured against nothing, and the last could not be judged."""


def test_each_ratio_has_its_interval_and_its_goal(ax):
    ratios(GOALS, "higher", ax=ax)
    assert dots(ax) == [(0, 0.8, GREEN), (1, 0.6, RED)]
    assert segments(ax) == [(0, 0.7, 0.9, GREEN), (1, 0.55, 0.65, RED)]
    goals = next(line for line in lines(ax) if line.marker == "|")
    assert [goals.x, goals.y] == [[0.75, 0.95], [0, 1]]
    assert [line.x for line in lines(ax) if line.marker == "None"] == [[1, 1]]  # where both are equal
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names == ["fresh · 64: mine / lean", "fresh · 1: mine / lean"]
    assert legend(ax) == ["goal reached", "goal missed", "goal"]
    assert title(ax) == "Calls per second: 1 of 2 goals reached"
    assert "right is better" in ax.get_xlabel()
    assert ax.get_xscale() == "log"


def test_costs_are_in_a_panel_of_their_own():
    rates, costs = ratios_overview(GOALS, "two of three").axes
    assert [where for _, where, _ in dots(rates)] == [0.8, 0.6]
    assert [where for _, where, _ in dots(costs)] == [1.5]
    assert "left is better" in costs.get_xlabel()
    assert title(costs) == "Cost per call: 1 of 1 goals reached"
