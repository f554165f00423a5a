"""Intervals of a metric side by side: what it is for each variant, and how sure that is."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from booking_sim.plots.axes import axes_or_new, count_axis, set_title
from booking_sim.plots.style import GOOD

_ROOM = 1.04  # of the axis: a dot at its end is a whole dot


def intervals(
    points: pd.DataFrame, *, varied: str, metric: str, better: str, spread: str, title: str, ax: Axes | None = None
) -> Axes:
    """Draw the median of a metric and its interval for each variant.

    Args:
        points: One row per variant: `label`, `low`, `median`, `high`.
        varied: What differs between the variants: the label of the horizontal axis.
        metric: What is shown: the label of the vertical axis.
        better: Which side of it is better, such as "lower is better".
        spread: What the line is from `low` to `high`, for the legend.
        title: What the chart shows, as a statement.
        ax: Where to draw; a new figure if None.

    Returns:
        The axes: a dot for each median, and a line from `low` to `high`.
    """
    ax = axes_or_new(ax)
    at = np.arange(len(points))
    ax.vlines(at, points["low"], points["high"], color=GOOD, linewidth=4, alpha=0.4, label=spread)
    ax.plot(at, points["median"], "o", color=GOOD, label="median", clip_on=False)
    ax.set_xticks(at, points["label"])
    ax.set(xlabel=varied, ylabel=f"{metric}\n({better})")
    ax.set_ylim(0, ax.get_ylim()[1] * _ROOM)
    ax.grid(visible=False, axis="x")
    count_axis(ax)
    return set_title(ax, title)
