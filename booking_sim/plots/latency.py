"""How long buyers waited for an answer: over the run, and as a curve."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from booking_sim.plots.style import PERCENT_SHADES, axes_or_new, ink, label_powers, label_times, legend_above
from booking_sim.stats.latency import curve, percentiles, percentiles_over_time

_CURVES = {"database": ("in the database", "-"), "scheduled": ("since it was planned", (0, (4, 2)))}
"""Of which clock, what it is called, and how it is drawn."""

_POINTS = 2000
"""As many as a picture can show; the ends are among them."""


def latency_over_time(attempts: pd.DataFrame, *, clock: str = "database", ax: Axes | None = None) -> Axes:
    """Draw the 50th, 95th and 99th percentile of the answers that came in each part of the run.

    Args:
        attempts: One row an attempt, as SurgeResult.attempts.
        clock: From when a latency counts, one of `booking_sim.stats.latency.CLOCKS`.
        ax: Where to draw; a new figure if None.

    Returns:
        The axes.
    """
    ax = axes_or_new(ax)
    rows = percentiles_over_time(attempts, tuple(PERCENT_SHADES), clock)
    starts = rows.index.to_numpy()
    width = starts[1] - starts[0] if len(starts) > 1 else 1.0
    middles = starts + width / 2
    for percent, shade in PERCENT_SHADES.items():
        alone = rows[percent].notna() & rows[percent].shift().isna() & rows[percent].shift(-1).isna()
        ax.plot(middles, rows[percent], color=ink(), alpha=shade, label=f"p{percent}")
        ax.plot(middles[alone], rows.loc[alone, percent], ".", color=ink(), alpha=shade)  # a line needs two
    ax.set(ylabel="milliseconds until the answer", yscale="log")
    label_powers(ax.yaxis)
    label_times(ax, starts[-1] + width)
    legend_above(ax)
    return ax


def latency_curve(attempts: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the share of answers that came within each latency, in the database and since the call was planned.

    A dot each marks the 50th, 95th and 99th percentile.

    Args:
        attempts: One row an attempt, as SurgeResult.attempts.
        ax: Where to draw; a new figure if None.

    Returns:
        The axes.
    """
    ax = axes_or_new(ax)
    for clock, (name, line) in _CURVES.items():
        points = curve(attempts, clock)
        points = points.iloc[np.linspace(0, len(points) - 1, min(len(points), _POINTS)).astype(int)]
        marked = percentiles(attempts, tuple(PERCENT_SHADES), clock)
        figures = " · ".join(f"p{percent} {_round(latency)}" for percent, latency in marked.dropna().items())
        ax.plot(
            points["latency_ms"],
            points["percent"],
            color=ink(),
            linestyle=line,
            label=f"{name}: {figures or 'none'} ms",
        )
        ax.plot(marked, marked.index, "o", color=ink(), markersize=4)
    ax.set(xlabel="milliseconds until the answer", ylabel="answers that took no longer", xscale="log", ylim=(0, 103))
    label_powers(ax.xaxis)
    ax.yaxis.set_major_formatter(PercentFormatter())
    legend_above(ax)
    return ax


def _round(latency: float) -> str:
    return f"{latency:,.0f}" if latency >= 100 else f"{latency:.3g}"
