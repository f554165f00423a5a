"""Where the tickets are: available, held, held past the deadline, sold."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import StrMethodFormatter

from booking_sim.plots.style import STATUS_COLOURS, STATUS_LABELS, axes_or_new, label_times, legend_above


def inventory_over_time(inventory: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the tickets by status over the run, stacked.

    Args:
        inventory: One row a count, as SurgeResult.inventory.
        ax: Where to draw; a new figure if None.

    Returns:
        The axes.
    """
    ax = axes_or_new(ax)
    last = inventory.iloc[-1]
    ax.stackplot(
        inventory["seconds"],
        [inventory[status].to_numpy(dtype=float) for status in STATUS_COLOURS],
        colors=list(STATUS_COLOURS.values()),
        labels=[f"{STATUS_LABELS[status]}: {last[status]:,.0f}" for status in STATUS_COLOURS],
    )
    ax.set(ylabel="tickets (legend: at the end)", ylim=(0, inventory[list(STATUS_COLOURS)].sum(axis=1).max()))
    ax.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    label_times(ax, last["seconds"])
    legend_above(ax)
    return ax
