"""How near to the floor, situation by situation: a dot each, its spread, and the goal."""

import textwrap

import pandas as pd
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from booking_sim.plots.style import OUTCOME_COLOURS, STYLE, axes_or_new, ink

_REACHED, _MISSED = OUTCOME_COLOURS["held"], OUTCOME_COLOURS["error"]
_ROW_INCHES = 0.27
_TITLE_WIDTH = 80  # letters


def shares(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the median share of each situation, from the least to the greatest of its rounds, and the goal.

    Args:
        table: One row a situation, as BenchResult.table.
        ax: Where to draw; a new figure if None.

    Returns:
        The axes.
    """
    ax = axes_or_new(ax)
    rows = pd.Series(range(len(table)), index=table.index)
    for reached, colour, label in ((True, _REACHED, "goal reached"), (False, _MISSED, "below its goal")):
        part = table[table["reached"] == reached]
        if len(part):
            ax.hlines(rows[part.index], part["least"], part["greatest"], color=colour, linewidth=2, alpha=0.45)
            ax.plot(part["share"], rows[part.index], "o", color=colour, markersize=6, label=label)
    ax.plot(table["goal"], rows, "|", color=ink(), markersize=11, markeredgewidth=1.6, label="goal")
    names = table["situation"] + "  ·  " + table["clients"].astype(str)
    ax.set_yticks(rows, names)
    ax.set(xlabel="share of the floor: median of the rounds, from the least to the greatest", xlim=(0, None))
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.xaxis.set_major_formatter(PercentFormatter(1))
    ax.grid(visible=False, axis="y")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, borderaxespad=0.2)
    return ax


def shares_overview(table: pd.DataFrame, title: str) -> Figure:
    """Draw all of a bench in one picture.

    Args:
        table: One row a situation, as BenchResult.table.
        title: What to remember of it.

    Returns:
        A figure that pyplot does not know of; save it, or show it in a notebook.
    """
    with style.context(STYLE):
        figure = Figure(figsize=(11, 2 + _ROW_INCHES * len(table)), layout="constrained")
        figure.suptitle(textwrap.fill(title, _TITLE_WIDTH), x=0.01, ha="left", fontsize=14, fontweight="bold")
        shares(table, ax=figure.subplots())
    return figure
