"""A surge in one picture: at a glance, or on one page."""

import textwrap
from collections.abc import Callable

import pandas as pd
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from booking_sim.plots.arrivals import planned_and_sent
from booking_sim.plots.contention import waits_over_time, who_blocks_whom
from booking_sim.plots.inventory import inventory_over_time
from booking_sim.plots.latency import latency_curve, latency_over_time
from booking_sim.plots.outcomes import outcomes_over_time
from booking_sim.plots.server import processors_over_time
from booking_sim.plots.style import STYLE
from booking_sim.plots.survival import expiry_delay, hold_survival
from booking_sim.stats.contention import blocking

_TITLE_WIDTH = 80  # letters
_ACROSS = 2
_WIDTH, _HEIGHT = 11, 3.5  # inches: of the page, and of each row of panels
_LEGEND_LINE = 16  # points


def panels(
    attempts: pd.DataFrame, holds: pd.DataFrame, inventory: pd.DataFrame, waits: pd.DataFrame, server: pd.DataFrame
) -> dict[str, Callable[[Axes], Axes]]:
    """The pictures that there is something to show on.

    Args:
        attempts: As SurgeResult.attempts, and so on.
        holds: What became of the holds.
        inventory: The tickets over time.
        waits: Who waited for what.
        server: What the server did.

    Returns:
        By their title, in the order in which they are to be seen, what draws each into the axes that it is given.
    """
    until = float(inventory["seconds"].iloc[-1])
    overdue = holds["deadline"].lt(holds["ended_at"].fillna(until))
    every: list[tuple[str, object, Callable[[Axes], Axes]]] = [
        ("Who got what", len(attempts) > 0, lambda ax: outcomes_over_time(attempts, ax=ax)),
        ("The hall", len(inventory) > 1, lambda ax: inventory_over_time(inventory, ax=ax)),
        ("How long answers took", len(attempts) > 0, lambda ax: latency_over_time(attempts, ax=ax)),
        ("How many were answered within", len(attempts) > 0, lambda ax: latency_curve(attempts, ax=ax)),
        ("Arrivals", len(attempts) > 0, lambda ax: planned_and_sent(attempts, ax=ax)),
        ("What clients waited for", waits["pid"].notna().any(), lambda ax: waits_over_time(waits, ax=ax)),
        ("Who waited for whom", len(blocking(waits)), lambda ax: who_blocks_whom(waits, ax=ax)),
        ("Who used the processors", len(server) > 1, lambda ax: processors_over_time(server, ax=ax)),
        ("How long holds lasted", holds["end"].eq("expired").any(), lambda ax: hold_survival(holds, until, ax=ax)),
        ("How soon overdue holds were taken back", overdue.any(), lambda ax: expiry_delay(holds, until, ax=ax)),
    ]
    return {title: draw for title, shown, draw in every if shown}


def at_a_glance(attempts: pd.DataFrame, title: str) -> Figure:
    """Draw who got what over time, and how long answers took.

    Args:
        attempts: One row an attempt, as SurgeResult.attempts.
        title: What to remember of it.

    Returns:
        A figure that pyplot does not know of; save it, or show it in a notebook.
    """
    with style.context(STYLE):
        figure = _titled(title, 4.6)
        left, right = figure.subplots(1, 2, width_ratios=(3, 2))
        outcomes_over_time(attempts, ax=left)
        latency_curve(attempts, ax=right)
    return figure


def overview(
    attempts: pd.DataFrame,
    holds: pd.DataFrame,
    inventory: pd.DataFrame,
    waits: pd.DataFrame,
    server: pd.DataFrame,
    *,
    title: str,
) -> Figure:
    """Draw everything that there is to show on one page.

    Args:
        attempts: As SurgeResult.attempts, and so on.
        holds: What became of the holds.
        inventory: The tickets over time.
        waits: Who waited for what.
        server: What the server did.
        title: What to remember of it.

    Returns:
        A figure that pyplot does not know of; save it, or show it in a notebook.
    """
    with style.context(STYLE):
        shown = panels(attempts, holds, inventory, waits, server)
        rows = max(-(-len(shown) // _ACROSS), 1)
        figure = _titled(title, 0.7 + _HEIGHT * rows)
        grid = figure.subplots(rows, _ACROSS, squeeze=False).ravel()
        for ax, (name, draw) in zip(grid, shown.items(), strict=False):
            draw(ax)
            ax.set_title(name, pad=8 + _LEGEND_LINE * _legend_lines(ax))
        for ax in grid[len(shown) :]:
            ax.set_axis_off()
    return figure


def _titled(title: str, height: float) -> Figure:
    figure = Figure(figsize=(_WIDTH, height), layout="constrained")
    figure.suptitle(textwrap.fill(title, _TITLE_WIDTH), x=0.01, ha="left", fontsize=15, fontweight="bold")
    return figure


def _legend_lines(ax: Axes) -> int:
    legend = ax.get_legend()
    return 0 if legend is None else -(-len(legend.get_texts()) // legend._ncols)  # type: ignore[attr-defined]  # noqa: SLF001  nothing else tells
