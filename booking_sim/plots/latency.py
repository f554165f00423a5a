"""How long buyers waited for an answer, as a curve."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter, StrMethodFormatter

from booking_sim.plots.style import INK, axes_or_new
from booking_sim.stats.latency import curve, percentiles

_LABELS_ABOVE = {95: -7, 99: 7}
"""Points by which the labels of neighbours keep apart."""


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
    for percent, latency in percentiles(attempts).dropna().reset_index().itertuples(index=False):
        ax.plot(latency, percent, "o", color=INK, markersize=5)
        label = f"p{percent}  {latency:,.3g} ms"
        offset = (-8, _LABELS_ABOVE.get(percent, 0))
        ax.annotate(label, (latency, percent), offset, textcoords="offset points", ha="right", va="center")
    ax.set(xlabel="milliseconds until the answer", ylabel="answers that took no longer", xscale="log", ylim=(0, 106))
    ax.xaxis.set_major_formatter(StrMethodFormatter("{x:,g}"))
    ax.yaxis.set_major_formatter(PercentFormatter())
    return ax
