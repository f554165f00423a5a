"""Outcomes over time: who got what, and how fast."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import StrMethodFormatter

from booking_sim.plots.style import OUTCOME_COLOURS, OUTCOME_LABELS, axes_or_new, label_times, legend_above
from booking_sim.records.attempts import OUTCOMES
from booking_sim.stats.outcomes import rate_over_time, reserving


def outcomes_over_time(attempts: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the answers to reserve a second over the run, stacked by outcome.

    Args:
        attempts: One row an attempt, as SurgeResult.attempts.
        ax: Where to draw; a new figure if None.

    Returns:
        The axes.
    """
    ax = axes_or_new(ax)
    rates = rate_over_time(attempts)
    starts = rates.index.to_numpy()
    width = starts[1] - starts[0] if len(starts) > 1 else 1.0
    counts = reserving(attempts)["outcome"].value_counts()
    base = rates["held"] * 0
    for outcome in OUTCOMES:
        if counts.get(outcome, 0):
            label = f"{OUTCOME_LABELS[outcome]}: {counts[outcome]:,}"
            ax.bar(starts, rates[outcome], width, base, align="edge", color=OUTCOME_COLOURS[outcome], label=label)
            base += rates[outcome]
    ax.set_ylabel("answers a second")
    ax.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    label_times(ax, starts[-1] + width)
    legend_above(ax)
    return ax
