"""One surge in one picture: the answer in the title, outcomes over time, and how long answers took."""

import textwrap

import pandas as pd
from matplotlib import style
from matplotlib.figure import Figure

from booking_sim.plots.latency import latency_curve
from booking_sim.plots.outcomes import outcomes_over_time
from booking_sim.plots.style import STYLE

_TITLE_WIDTH = 80  # letters


def overview(attempts: pd.DataFrame, title: str) -> Figure:
    """Draw a surge.

    Args:
        attempts: One row an attempt, as SurgeResult.attempts.
        title: What to remember of it.

    Returns:
        A figure that pyplot does not know of; save it, or show it in a notebook.
    """
    with style.context(STYLE):
        figure = Figure(figsize=(11, 4.6), layout="constrained")
        figure.suptitle(textwrap.fill(title, _TITLE_WIDTH), x=0.01, ha="left", fontsize=15, fontweight="bold")
        left, right = figure.subplots(1, 2, width_ratios=(3, 2))
        outcomes_over_time(attempts, ax=left)
        latency_curve(attempts, ax=right)
    return figure
