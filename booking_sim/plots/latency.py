"""How long buyers waited for an answer, as a curve."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter, StrMethodFormatter

from booking_sim.plots.style import INK, axes_or_new
from booking_sim.stats.latency import curve, percentiles

_LABEL_AT = {50: ((8, -4), "left"), 95: ((8, -10), "left"), 99: ((-8, 6), "right")}
"""Where the label of each percentile stands, in points from its dot: clear of the curve and of the next label."""


def latency_curve(attempts: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the share of answers that came within each latency, and mark the 50th, 95th and 99th percentile.

    Args:
        attempts: One row an attempt, as SurgeResult.attempts.
        ax: Where to draw; a new figure if None.

    Returns:
        The axes.
    """
    ax = axes_or_new(ax)
    points = curve(attempts)
    ax.plot(points["latency_ms"], points["percent"], color=INK, drawstyle="steps-post")
    for percent, latency in percentiles(attempts, tuple(_LABEL_AT)).dropna().reset_index().itertuples(index=False):
        ax.plot(latency, percent, "o", color=INK, markersize=5)
        label = f"p{percent}  {latency:,.3g} ms"
        offset, side = _LABEL_AT[percent]
        ax.annotate(label, (latency, percent), offset, textcoords="offset points", ha=side)
    ax.set(xlabel="milliseconds until the answer", ylabel="answers that took no longer", xscale="log", ylim=(0, 106))
    ax.xaxis.set_major_formatter(StrMethodFormatter("{x:,g}"))
    ax.yaxis.set_major_formatter(PercentFormatter())
    return ax
