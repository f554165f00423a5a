"""Skip depth over the run: the rows that a claim skipped for each ticket it took."""

from functools import partial
from math import isnan

import pandas as pd
from matplotlib.axes import Axes

from booking_sim.plots.axes import axes_or_new, mark_gaps, set_title, stack, time_axis
from booking_sim.plots.panel import Description, Panel
from booking_sim.plots.style import SKIP_COLOURS, SKIP_LABELS
from booking_sim.stats.bins import edges
from booking_sim.stats.skipped import depth_over_time, skip_depth, total_skip_depth


def skip_depth_over_time(attempts: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the rows that a claim skipped for each ticket that it took, over the run.

    Args:
        attempts: One row per attempt, as SurgeResult.attempts.
        ax: Where to draw; a new figure if None.

    Returns:
        The axes. A bin without a measured call that took a ticket is hatched.

    Example:
        The picture of a run:

            from booking_sim import plots

            plots.skip_depth_over_time(result.attempts)

    See Also:
        skip_depth_by_strategy: Strategies side by side.
        booking_sim.stats.depth_over_time: The numbers.
    """
    ax = axes_or_new(ax)
    depth = depth_over_time(attempts)
    bins = edges(depth.index)
    stack(ax, bins, ((SKIP_LABELS[name], depth[name], colour) for name, colour in SKIP_COLOURS.items()))
    mark_gaps(ax, bins, depth[[*SKIP_COLOURS]].isna().all(axis="columns"), "not measured")
    ax.set_ylabel("rows skipped per ticket\n(lower is better)")
    time_axis(ax, bins[-1])
    return set_title(ax, _title(attempts))


def skip_depth_panel(attempts: pd.DataFrame) -> Panel:
    """The same with its message, for a page."""
    return Panel(_title(attempts), partial(skip_depth_over_time, attempts), partial(_describe, attempts), over_run=True)


def _title(attempts: pd.DataFrame) -> str:
    depth = total_skip_depth(attempts)
    return "No claim was measured" if isnan(depth) else f"A claim skipped {depth:,.3g} rows for each ticket it took"


def _describe(attempts: pd.DataFrame) -> Description:
    depth = skip_depth(attempts)
    parts = ", ".join(f"{depth[name]:,.3g} {label}" for name, label in SKIP_LABELS.items() if not isnan(depth[name]))
    of = f"a mean of {depth['holds']:,.0f} measured calls that got tickets"
    return Description(
        f"For each ticket taken: {parts} ({of}).",
        f"Stacked bars of the rows skipped for each ticket taken, over the run: {parts} ({of}).",
    )
