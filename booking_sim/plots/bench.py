"""Ratios of a bench: a dot each with its interval, and the goal; rates above, costs below."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from booking_sim.plots.axes import axes_or_new, log_axis, set_page_title, set_title
from booking_sim.plots.style import BAD, GOOD, ink, page_style

_ROW_INCHES = 0.24
_SIDES = {
    "higher": ("Calls per second", "ratio of calls per second, log scale (right is better)"),
    "lower": ("Cost per call", "ratio of cost per call, log scale (left is better)"),
}


def ratios(table: pd.DataFrame, better: str, *, ax: Axes | None = None) -> Axes:
    """Draw the ratios that have a goal, from low to high, on a logarithmic axis.

    Args:
        table: One row per goal, as BenchResult.table.
        better: Which rows: "higher" for rates, "lower" for costs.
        ax: Where to draw; a new figure if None.

    Returns:
        The axes: a dot for the median of the rounds, a line for its interval, and a
        tick for the goal, in the row of each.

    Example:
        The rates of a phase:

            from booking_sim import plots
            from booking_sim.bench import bench

            plots.ratios(bench(phases=["fresh"]).table(), "higher")

    See Also:
        ratios_overview: Rates and costs in one picture.
    """
    ax = axes_or_new(ax)
    part = _judged(table, better)
    reached = part["reached"].astype(bool).to_numpy()
    rows = np.arange(len(part))
    for those, colour, label in ((reached, GOOD, "goal reached"), (~reached, BAD, "goal missed")):
        if those.any():
            ax.hlines(rows[those], part["low"][those], part["high"][those], color=colour, linewidth=2, alpha=0.45)
            ax.plot(part["ratio"][those], rows[those], "o", color=colour, markersize=6, label=label)
    ax.plot(part["goal"], rows, "|", color=ink(), markersize=11, markeredgewidth=1.6, label="goal")
    ax.axvline(1, color=ink(), linewidth=0.6, alpha=0.5)
    log_axis(ax.xaxis)
    ax.set_yticks(rows, [_name(row) for row in part.itertuples()], fontsize=8)
    ax.set_ylim(len(part) - 0.4, -0.6)
    title, label = _SIDES[better]
    ax.set_xlabel(f"{label}\nmedian of the rounds and its interval")
    ax.grid(visible=False, axis="y")
    return set_title(ax, f"{title}: {reached.sum()} of {len(part)} goals reached")


def ratios_overview(table: pd.DataFrame, title: str) -> Figure:
    """Draw all of a bench in one picture.

    Args:
        table: One row per goal, as BenchResult.table.
        title: The result in one line.

    Returns:
        A figure that pyplot does not know of; save it, or show it in a notebook.

    Example:
        One phase:

            from booking_sim import plots
            from booking_sim.bench import bench

            measured = bench(phases=["fresh"])
            plots.ratios_overview(measured.table(), measured.headline)

    See Also:
        ratios: Rates or costs alone.
    """
    heights = {better: len(_judged(table, better)) for better in _SIDES}
    heights = {better: height for better, height in heights.items() if height}
    with style.context(page_style()):
        inches = 2.4 * max(len(heights), 1) + _ROW_INCHES * sum(heights.values())
        figure = Figure(figsize=(12, inches), layout="constrained")
        set_page_title(figure, title)
        if heights:
            grid = figure.subplots(len(heights), squeeze=False, height_ratios=[rows + 4 for rows in heights.values()])
            for better, (ax,) in zip(heights, grid, strict=True):
                ratios(table, better, ax=ax)
    return figure


def _judged(table: pd.DataFrame, better: str) -> pd.DataFrame:
    measured = table["reached"].notna() & table["against"].notna()
    return table[measured & (table["better"] == better)]


def _name(row: Any) -> str:
    of = "" if row.better == "higher" else f" · {row.metric}"  # one metric alone: calls per second
    return f"{row.situation} · {row.clients}{of}: {row.side} / {row.against}"
