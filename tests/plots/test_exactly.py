"""Each picture is, to the last artist, what it was when it was last reviewed.

After a change that is meant, review the picture, then write the files anew:
`EXPECTED=write pytest -n 0 tests/plots/test_exactly.py`.
"""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from exactly import described
from made_up import CALLS, COUNTS, FRAMES, HOLDS, LATE, SAMPLES, WAITS, attempts
from matplotlib import style
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from test_drawn_tables import GOALS, TABLE

from booking_sim import plots
from booking_sim.arrivals import parse_arrivals
from booking_sim.plots.intervals import intervals
from booking_sim.plots.panels import panels
from booking_sim.plots.style import DARK, EVENT_COLOURS, STYLE

EXPECTED = Path(__file__).with_name("expected")

SETTINGS = pd.DataFrame(
    {
        "connections": [4, 4, 16, 16] * 2,
        "strategy": ["default"] * 4 + ["blocking"] * 4,
        "throughput": [900.0, 950, 1800, 2000, 500, 520, 700, 640],
        "p99_ms": [8.0, 9, 12, 14, 50, 60, np.inf, 900],
        "skip_depth": [1.0, 2, 3, 4, 5, 6, 7, 8],
    }
)
RATES = pd.DataFrame(
    {
        "rate": [100.0, 100, 200, 200, 400, 400],
        "throughput": [100.0, 99, 200, 198, 301, 310],
        "p99_ms": [2.0, 2, 3, 4, 250, 240],
    }
)
HISTORY = pd.DataFrame(
    [
        {"buyer": 3, "what": "reserve", "outcome": "held", "begin": 1.0, "end": 1.2},
        {"buyer": 3, "what": "hold of 1", "outcome": "confirmed", "begin": 1.1, "end": 2.0},
        {"buyer": 3, "what": "confirm", "outcome": "confirmed", "begin": 1.9, "end": 1.9},
        {"buyer": 5, "what": "reserve", "outcome": "held", "begin": 1.05, "end": 1.3},
        {"buyer": 5, "what": "hold of 1", "outcome": "open", "begin": 1.2, "end": 2.4},
        {"buyer": 5, "what": "reserve", "outcome": "held", "begin": 1.1, "end": 1.15},
    ]
)
POINTS = pd.DataFrame({"label": ["1x", "2x"], "low": [1.0, 1500], "median": [2.0, 1800], "high": [3.0, 2500]})
EVENTS = pd.DataFrame({"seconds": [float(n) for n in range(len(EVENT_COLOURS))], "kind": [*EVENT_COLOURS]})
SCHEDULE = parse_arrivals("constant(rate=30, duration=2s) + burst(20, at=500ms)").schedule()

ON_AXES = {
    "arrivals_over_time": lambda ax: plots.arrivals_over_time(SCHEDULE, ax=ax),
    "cpu_over_time": lambda ax: plots.cpu_over_time(SAMPLES, ax=ax),
    "expiry_delay": lambda ax: plots.expiry_delay(HOLDS, 10.0, ax=ax),
    "hold_survival": lambda ax: plots.hold_survival(HOLDS, 10.0, ax=ax),
    "inventory_over_time": lambda ax: plots.inventory_over_time(COUNTS, ax=ax),
    "latency_by_run": lambda ax: plots.latency_by_run({"one": [CALLS, CALLS], "late": [LATE]}, ax=ax),
    "latency_curve": lambda ax: plots.latency_curve(CALLS, ax=ax),
    "latency_curve_late": lambda ax: plots.latency_curve(LATE, ax=ax),
    "latency_over_time": lambda ax: plots.latency_over_time(CALLS, ax=ax),
    "mark_events": lambda ax: plots.mark_events(ax, EVENTS),
    "metric_by_setting": lambda ax: plots.metric_by_setting(SETTINGS, "p99_ms", "connections", hue="strategy", ax=ax),
    "metric_by_name": lambda ax: plots.metric_by_setting(SETTINGS, "skip_depth", "strategy", ax=ax),
    "metric_by_strategy": lambda ax: plots.metric_by_strategy(TABLE, "throughput", "served", better="higher", ax=ax),
    "latency_by_strategy": lambda ax: plots.metric_by_strategy(TABLE, "buyer_p99_ms", "p99", milliseconds=True, ax=ax),
    "outcomes_over_time": lambda ax: plots.outcomes_over_time(CALLS, ax=ax),
    "planned_and_sent": lambda ax: plots.planned_and_sent(LATE, ax=ax),
    "ratios": lambda ax: plots.ratios(GOALS, "higher", ax=ax),
    "skip_depth_by_strategy": lambda ax: plots.skip_depth_by_strategy(TABLE, ax=ax),
    "skip_depth_over_time": lambda ax: plots.skip_depth_over_time(CALLS, ax=ax),
    "timeline": lambda ax: plots.timeline(HISTORY, ax=ax),
    "waits_by_strategy": lambda ax: plots.waits_by_strategy(TABLE, ax=ax),
    "waits_over_time": lambda ax: plots.waits_over_time(WAITS, ax=ax),
    "who_blocks_whom": lambda ax: plots.who_blocks_whom(WAITS, ax=ax),
    "no_latency": lambda ax: plots.latency_over_time(attempts(), ax=ax),
    "no_latency_curve": lambda ax: plots.latency_curve(attempts(), ax=ax),
    "no_outcomes": lambda ax: plots.outcomes_over_time(attempts(), ax=ax),
    "no_skipped_rows": lambda ax: plots.skip_depth_over_time(attempts(), ax=ax),
    "no_waits": lambda ax: plots.waits_over_time(WAITS.head(0), ax=ax),
    "latency_by_run_in_the_database": lambda ax: plots.latency_by_run({"few": [LATE]}, clock="database", ax=ax),
    "nobody_blocks": lambda ax: plots.who_blocks_whom(WAITS.head(1), ax=ax),
    "intervals": lambda ax: intervals(
        POINTS, varied="arrivals", metric="p99, ms", better="lower is better", spread="of nine", title="2 ms", ax=ax
    ),
}
PAGES = {
    "around_fault": lambda: plots.around_fault(CALLS, 0.5, 0.8, title="A worker was killed"),
    "around_an_instant": lambda: plots.around_fault(CALLS, 0.5, 0.5, title="A worker was killed"),
    "at_a_glance": lambda: plots.at_a_glance(CALLS, "10 of 10 tickets held, " * 5),
    "knee_overview": lambda: plots.knee_overview(RATES, "rate", 200, 400, "Up to 200 buyers per second meet it"),
    "overview": lambda: plots.overview(*FRAMES, title="10 of 10 tickets held"),
    "ratios_overview": lambda: plots.ratios_overview(GOALS, "2 of 3 goals are reached"),
    "strategies_overview": lambda: plots.strategies_overview(TABLE, "fast serves 900 buyers per second"),
    "sweep_overview": lambda: plots.sweep_overview(SETTINGS, "connections", "strategy"),
}
NAMES = [*ON_AXES, *PAGES, "panels", "panels_late"]


def shown(name):
    """The lines of one picture, or of what the panels say."""
    if name.startswith("panels"):
        frames = (LATE, *FRAMES[1:]) if name == "panels_late" else FRAMES
        for panel in panels(*frames):
            description = panel.describe()
            yield from (panel.title, f"  {description.caption}", f"  {description.alternative}")
        return
    with style.context(STYLE):
        if name in PAGES:
            yield from described(PAGES[name]())
            return
        ax = Figure(figsize=(6, 4)).add_subplot()
        ON_AXES[name](ax)
        yield from described(ax.figure)


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_what_it_was(name):
    file = EXPECTED / f"{name}.txt"
    if os.environ.get("EXPECTED") == "write":
        file.write_text("\n".join(shown(name)) + "\n", encoding="utf-8")
    assert [*shown(name)] == file.read_text(encoding="utf-8").splitlines()


def test_every_public_plot_is_here():
    assert {*plots.__all__} - {"STYLE", "set_title"} <= {*ON_AXES, *PAGES}


def light(colour):
    """How light a colour is, from 0 to 1."""
    return sum(to_rgb(colour)) / 3


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("ground", [[], [DARK]], ids=["light", "dark"])
def test_a_page_can_be_read_on_a_light_and_on_a_dark_ground(name, ground):
    with style.context([STYLE, *ground]):
        figure = PAGES[name]()
    grounds = {round(sum(each.get_facecolor()[:3])) for each in (figure, *figure.axes)}
    assert grounds == ({0} if ground else {3})
    for ax in figure.axes:
        legend = ax.get_legend().get_texts() if ax.get_legend() else []
        for words in (ax._left_title, ax.xaxis.label, ax.yaxis.label, *legend):
            assert abs(light(words.get_color()) - light(ax.get_facecolor())) > 0.4, words
