"""A fault in the middle of a run: answers and latency over time, the fault's interval shaded."""

import math

import pandas as pd
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from booking_sim.plots.axes import set_page_title
from booking_sim.plots.latency import latency_over_time
from booking_sim.plots.outcomes import outcomes_over_time
from booking_sim.plots.style import BAD, page_style

_LEAST = 0.006
"""Of the run: shorter faults are drawn so long, to be seen."""


def around_fault(attempts: pd.DataFrame, began_s: float, ended_s: float, *, title: str = "") -> Figure:
    """Draw the answers and the latency of a run in which something was broken on purpose.

    Args:
        attempts: One row per attempt, as SurgeResult.attempts.
        began_s: When the fault began, in seconds since the start of the run; not a
            number if that is not known.
        ended_s: When it ended.
        title: What is written above both charts.

    Returns:
        A figure of two charts, one above the other, with the fault's interval shaded.

    Example:
        A fault in the first tenth of a second:

            from booking_sim import plots

            plots.around_fault(result.attempts, 0.0, 0.1, title="A worker was killed")

    See Also:
        outcomes_over_time: The upper chart.
        latency_over_time: The lower chart.
    """
    with style.context(page_style()):
        figure = Figure(figsize=(9, 7), layout="constrained")
        upper, lower = figure.subplots(2, 1, sharex=True)
        outcomes_over_time(attempts, ax=upper)
        latency_over_time(attempts, ax=lower)
        for ax in (upper, lower):
            _shade(ax, began_s, ended_s)
        set_page_title(figure, title)
    return figure


def _shade(ax: Axes, began_s: float, ended_s: float) -> None:
    if not math.isnan(began_s):
        least = _LEAST * ax.get_xlim()[1]
        ax.axvspan(began_s, max(ended_s, began_s + least), color=BAD, alpha=0.25, linewidth=0, zorder=0)
