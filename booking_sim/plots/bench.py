"""Ratios of a bench: a dot each with its interval, and the goal; rates above, costs below."""

import textwrap

import pandas as pd
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from booking_sim.plots.style import OUTCOME_COLOURS, STYLE, axes_or_new, ink

_REACHED, _MISSED = OUTCOME_COLOURS["held"], OUTCOME_COLOURS["error"]
_ROW_INCHES = 0.24
_TITLE_WIDTH = 95  # letters


def ratios(table: pd.DataFrame, better: str, *, ax: Axes | None = None) -> Axes:
    """Draw the ratios that have a goal, from low to high, on a logarithmic axis.

    Args:
        table: One row per goal, as BenchResult.table.
        better: Which rows: "higher" for rates, "lower" for costs.
        ax: Where to draw; a new figure if None.

    Returns:
        The axes.
    """
    ax = axes_or_new(ax)
    part = _judged(table, better)
    rows = pd.Series(range(len(part)), index=part.index, dtype=float)
    for reached, colour, label in ((True, _REACHED, "goal reached"), (False, _MISSED, "goal missed")):
        those = part[part["reached"] == reached]
        if len(those):
            ax.hlines(rows[those.index], those["low"], those["high"], color=colour, linewidth=2, alpha=0.45)
            ax.plot(those["ratio"], rows[those.index], "o", color=colour, markersize=6, label=label)
    ax.plot(part["goal"], rows, "|", color=ink(), markersize=11, markeredgewidth=1.6, label="goal")
    ax.axvline(1, color=ink(), linewidth=0.6, alpha=0.5)
    ax.set_xscale("log")
    ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.set_yticks(rows, [_name(row) for row in part.itertuples()], fontsize=8)
    ax.set_ylim(len(part) - 0.4, -0.6)
    side = "calls a second: higher (right) is better" if better == "higher" else "cost per call: lower (left) is better"
    ax.set_xlabel(f"ratio of {side}; median of the rounds and its interval")
    ax.grid(visible=False, axis="y")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, borderaxespad=0.2)
    return ax


def ratios_overview(table: pd.DataFrame, title: str) -> Figure:
    """Draw all of a bench in one picture.

    Args:
        table: One row per goal, as BenchResult.table.
        title: The result in one line.

    Returns:
        A figure that pyplot does not know of; save it, or show it in a notebook.
    """
    panels = [better for better in ("higher", "lower") if len(_judged(table, better))]
    heights = [len(_judged(table, better)) for better in panels]
    with style.context(STYLE):
        figure = Figure(figsize=(12, 2.2 * max(len(panels), 1) + _ROW_INCHES * sum(heights)), layout="constrained")
        figure.suptitle(textwrap.fill(title, _TITLE_WIDTH), x=0.01, ha="left", fontsize=14, fontweight="bold")
        if panels:
            grid = figure.subplots(len(panels), squeeze=False, height_ratios=[height + 4 for height in heights])
            for better, (ax,) in zip(panels, grid, strict=True):
                ratios(table, better, ax=ax)
    return figure


def _judged(table: pd.DataFrame, better: str) -> pd.DataFrame:
    measured = table["reached"].notna() & table["against"].notna()
    return table[measured & (table["better"] == better)]


def _name(row: object) -> str:
    situation, clients, metric, side, against = (
        getattr(row, name) for name in ("situation", "clients", "metric", "side", "against")
    )
    return f"{situation} · {clients} · {metric}: {side} / {against}"
