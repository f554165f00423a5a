"""Where the tickets are: available, held, held past the deadline, sold; and those that were promised twice."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import StrMethodFormatter

from booking_sim.plots.style import (
    OUTCOME_COLOURS,
    STATUS_COLOURS,
    STATUS_LABELS,
    axes_or_new,
    label_times,
    legend_above,
)


def inventory_over_time(inventory: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the tickets by status over the run, stacked.

    Args:
        inventory: One row a moment, as SurgeResult.inventory.
        ax: Where to draw; a new figure if None.

    Returns:
        The axes. Tickets that were promised twice stand on top of all that there are.
    """
    ax = axes_or_new(ax)
    last = inventory.iloc[-1]
    every = {**STATUS_COLOURS, "oversold": OUTCOME_COLOURS["error"]}
    labels = {**STATUS_LABELS, "oversold": "promised twice"}
    colours = {status: colour for status, colour in every.items() if inventory[status].any()}
    ax.stackplot(
        inventory["seconds"],
        [inventory[status].to_numpy(dtype=float) for status in colours],
        colors=list(colours.values()),
        labels=[f"{labels[status]}: {last[status]:,.0f}" for status in colours],
    )
    ax.set(ylabel="tickets (legend: at the end)", ylim=(0, inventory[list(colours)].sum(axis=1).max()))
    ax.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    label_times(ax, last["seconds"])
    legend_above(ax)
    return ax
