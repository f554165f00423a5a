"""Runs before and after a change, in one chart."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from booking_sim.plots.axes import axes_or_new, log_axis, set_title
from booking_sim.plots.style import RUN_COLOURS
from booking_sim.plots.units import ms_text, tick_text
from booking_sim.stats.latency import curve, percentiles

_POINTS = 2000
"""As many as a picture can show."""


def latency_by_run(
    runs: Mapping[str, Sequence[pd.DataFrame]], *, clock: str = "scheduled", ax: Axes | None = None
) -> Axes:
    """Draw the share of requests that were answered within each latency, for two kinds of run or more.

    Args:
        runs: The attempts of each repeat, as SurgeResult.attempts, by the name of the
            kind of run, such as `{"before": [a.attempts], "after": [b.attempts]}`.
        clock: From when a latency counts, one of `booking_sim.stats.latency.CLOCKS`.
        ax: Where to draw; a new figure if None.

    Returns:
        The axes: a curve for each repeat, in the colour of its kind; a curve that ends
        below 100 % is one of requests that were not all answered.

    Example:
        A run beside itself:

            from booking_sim import plots

            plots.latency_by_run({"one": [result.attempts], "two": [result.attempts]})

    See Also:
        latency_curve: One run.
        booking_sim.stats.diff: The numbers.
    """
    ax = axes_or_new(ax)
    medians = {}
    for (name, repeats), colour in zip(runs.items(), RUN_COLOURS, strict=False):
        medians[name] = float(np.median([percentiles(each, (99,), clock)[99] for each in repeats]))
        label = f"{name}: p99 {ms_text(medians[name])}" + (f", median of {len(repeats)}" if len(repeats) > 1 else "")
        for number, attempts in enumerate(repeats):
            points = curve(attempts, clock)
            points = points.iloc[np.linspace(0, len(points) - 1, min(len(points), _POINTS)).astype(int)]
            ax.plot(points["latency_ms"], points["percent"], color=colour, label=None if number else label)
    ax.set(xlabel="time to answer, log scale (further left is better)", ylabel="requests answered within this time")
    ax.set_ylim(0, 103)
    log_axis(ax.xaxis, tick_text)
    ax.yaxis.set_major_formatter(PercentFormatter())
    return set_title(ax, "p99: " + ", ".join(f"{name} {ms_text(ms)}" for name, ms in medians.items()))
