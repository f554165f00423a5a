"""Strategies side by side: a row each, and a panel for each thing that tells them apart."""

import textwrap

import numpy as np
import pandas as pd
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, StrMethodFormatter

from booking_sim.plots.skip_depth import PASSED_COLOURS, PASSED_LABELS
from booking_sim.plots.style import OUTCOME_COLOURS, STYLE, WAIT_COLOURS, axes_or_new, label_powers, legend_above

_KEPT, _BROKEN = OUTCOME_COLOURS["held"], OUTCOME_COLOURS["error"]
_ROW_INCHES = 0.2
_TITLE_WIDTH = 105  # letters
_APART = 1.5  # times: on a logarithmic axis what is nearer than this looks near
_ROOM = 0.04  # of an axis: a dot at its end is a whole dot


def figure_by_strategy(
    table: pd.DataFrame, figure: str, about: str, *, powers: bool = False, ax: Axes | None = None
) -> Axes:
    """Draw one figure of each strategy: its median, and from the least to the greatest of its rounds.

    Args:
        table: One row a strategy, as Comparison.table.
        figure: Which.
        about: What it is, with its unit.
        powers: Whether the axis is logarithmic.
        ax: Where to draw; a new figure if None.

    Returns:
        The axes. A strategy that sold a ticket twice, or broke the audit, has another
        colour.
    """
    ax = axes_or_new(ax)
    part, rows = table[figure], np.arange(len(table))
    broken = ((table["oversold", "greatest"] > 0) | (table["violations", "greatest"] > 0)).to_numpy()
    for which, colour, label in ((~broken, _KEPT, "audit holds"), (broken, _BROKEN, "sold twice, or audit fails")):
        ax.hlines(rows[which], part["least"][which], part["greatest"][which], color=colour, linewidth=2, alpha=0.45)
        ax.plot(
            part["median"][which], rows[which], "o", color=colour, markersize=5, label=label if any(which) else None
        )
    if powers:
        ax.set_xscale("log")
        least, most = ax.get_xlim()
        ax.set_xlim(least / _APART, most * _APART)
        label_powers(ax.xaxis)
    else:
        ax.set_xlim(left=float(np.fmin(0, part["least"].min())))
        least, most = ax.get_xlim()
        ax.set_xlim(right=most + _ROOM * (most - least))
        ax.xaxis.set_major_locator(MaxNLocator(5))
        ax.xaxis.set_major_formatter(StrMethodFormatter("{x:,g}"))
    return _rows(ax, table, about)


def skip_depth_by_strategy(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how many tickets a claim walked past for each that it took, locked and gone apart.

    Args:
        table: One row a strategy, as Comparison.table.
        ax: Where to draw; a new figure if None.

    Returns:
        The axes.
    """
    ax = axes_or_new(ax)
    _stack(ax, table, {name: (PASSED_LABELS[name], colour) for name, colour in PASSED_COLOURS.items()})
    return _rows(ax, table, "tickets walked past for each one taken")


def waits_by_strategy(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how many clients waited at any moment, by the type of what they waited for.

    Args:
        table: One row a strategy, as Comparison.table.
        ax: Where to draw; a new figure if None.

    Returns:
        The axes.
    """
    ax = axes_or_new(ax)
    kinds = [kind for kind in WAIT_COLOURS if f"wait_{kind}" in table]
    _stack(ax, table, {f"wait_{kind}": (kind, WAIT_COLOURS[kind]) for kind in kinds})
    return _rows(ax, table, "clients that wait at any moment")


def _stack(ax: Axes, table: pd.DataFrame, parts: dict[str, tuple[str, str]]) -> None:
    base = np.zeros(len(table))
    for name, (label, colour) in parts.items():
        width = table[name, "median"].fillna(0).to_numpy()
        ax.barh(np.arange(len(table)), width, left=base, height=0.62, color=colour, label=label)
        base += width
    legend_above(ax)


def _rows(ax: Axes, table: pd.DataFrame, label: str) -> Axes:
    ax.set_yticks(range(len(table)), table.index)
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.set_xlabel(label)
    ax.grid(visible=False, axis="y")
    return ax


def strategies_overview(table: pd.DataFrame, title: str) -> Figure:
    """Draw a comparison in one picture.

    Args:
        table: One row a strategy, as Comparison.table.
        title: What to remember of it.

    Returns:
        A figure that pyplot does not know of; save it, or show it in a notebook.
    """
    with style.context(STYLE):
        figure = Figure(figsize=(13, 3.6 + 2 * _ROW_INCHES * len(table)), layout="constrained")
        figure.suptitle(textwrap.fill(title, _TITLE_WIDTH), x=0.01, ha="left", fontsize=14, fontweight="bold")
        (rate, slow, order), (past, waiting, dead) = figure.subplots(2, 3, sharey=True)
        figure_by_strategy(table, "throughput", "buyers served a second: tickets or a refusal", ax=rate)
        legend_above(rate)
        figure_by_strategy(table, "p99_ms", "milliseconds, 99 of 100 calls took no longer", powers=True, ax=slow)
        figure_by_strategy(table, "tau", "order of sale: 1 as they came, 0 as drawn", ax=order)
        skip_depth_by_strategy(table, ax=past)
        waits_by_strategy(table, ax=waiting)
        figure_by_strategy(table, "dead_tuples", "dead rows in the booking tables", ax=dead)
    return figure
