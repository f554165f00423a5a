"""The tickets by status: available, held, held past the deadline, sold; and those that are oversold."""

from functools import partial

import pandas as pd
from matplotlib.axes import Axes

from booking_sim.plots.axes import axes_or_new, count_axis, set_title, time_axis
from booking_sim.plots.panel import Description, Panel
from booking_sim.plots.style import BAD, STATUS_COLOURS, STATUS_LABELS

_COLOURS = {**STATUS_COLOURS, "oversold": BAD}
_LABELS = {**STATUS_LABELS, "oversold": "oversold"}


def inventory_over_time(inventory: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the tickets by status over the run, stacked.

    Args:
        inventory: One row per instant, as SurgeResult.inventory.
        ax: Where to draw; a new figure if None.

    Returns:
        The axes. Tickets that are oversold stand on top of all that there are.

    Example:
        The picture of a run:

            from booking_sim import plots

            plots.inventory_over_time(result.inventory)

    See Also:
        hold_survival: How long holds last.
        booking_sim.stats.inventory_over_time: The numbers.
    """
    ax = axes_or_new(ax)
    last = inventory.iloc[-1]
    colours = {status: colour for status, colour in _COLOURS.items() if inventory[status].any()}
    ax.stackplot(
        inventory["seconds"],
        [inventory[status].to_numpy(dtype=float) for status in colours],
        colors=list(colours.values()),
        labels=[f"{_LABELS[status]}: {last[status]:,.0f}" for status in colours],
    )
    ax.set(ylabel="tickets (legend: at the end)\n(more sold is better)")
    count_axis(ax)
    ax.set_ylim(0, inventory[list(colours)].sum(axis=1).max())
    time_axis(ax, last["seconds"])
    return set_title(ax, _title(inventory))


def inventory_panel(inventory: pd.DataFrame) -> Panel:
    """The same with its message, for a page."""
    draw = partial(inventory_over_time, inventory)
    return Panel(_title(inventory), draw, partial(_describe, inventory), over_run=True)


def _title(inventory: pd.DataFrame) -> str:
    last = inventory.iloc[-1]
    tickets = last[[*STATUS_COLOURS]].sum()
    oversold = f", {last['oversold']:,.0f} oversold" if last["oversold"] else ""
    return f"At the end {last['sold']:,.0f} of {tickets:,.0f} tickets were sold{oversold}"


def _describe(inventory: pd.DataFrame) -> Description:
    last = inventory.iloc[-1]
    end = ", ".join(f"{last[status]:,.0f} {STATUS_LABELS[status]}" for status in STATUS_COLOURS)
    end += f", and {last['oversold']:,.0f} oversold" * bool(last["oversold"])
    fewest = inventory.iloc[int(inventory["available"].argmin())]
    return Description(
        f"At the end: {end}.",
        f"Stacked areas of the tickets by status, at {len(inventory):,} instants over {last['seconds']:,.3g} s. The"
        f" fewest available were {fewest['available']:,.0f}, first after {fewest['seconds']:,.3g} s. At the end:"
        f" {end}.",
    )
