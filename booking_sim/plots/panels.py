"""A surge in one picture: at a glance, or on one page."""

import textwrap
from collections.abc import Callable
from functools import partial

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
from booking_sim.plots.skip_depth import skip_depth_over_time
from booking_sim.plots.style import STYLE
from booking_sim.plots.survival import expiry_delay, hold_survival
from booking_sim.stats.arrivals import come_as_planned
from booking_sim.stats.contention import blocked_share
from booking_sim.stats.outcomes import answer_times
from booking_sim.stats.skipped import walked_past

Draw = Callable[[Axes], Axes]

_OFTEN = 0.01
"""The share of looks that found somebody blocked from which there is more to see than chance."""
_TITLE_WIDTH = 80  # letters
_ACROSS = 2
_WIDTH, _HEIGHT = 11, 3  # inches: of the page, and of each row of panels
_LEGEND_LINE = 16  # points


def panels(
    attempts: pd.DataFrame, holds: pd.DataFrame, inventory: pd.DataFrame, waits: pd.DataFrame, server: pd.DataFrame
) -> dict[str, Draw]:
    """The pictures that there is something to show on.

    Args:
        attempts: As SurgeResult.attempts, and so on.
        holds: What became of the holds.
        inventory: The tickets over time.
        waits: Who waited for what.
        server: What the server did.

    Returns:
        By their title, in the order in which they are to be seen, what draws each into
        the axes that it is given.
    """
    until = float(inventory["seconds"].iloc[-1])
    expired = holds["end"].eq("expired").any()
    some, skipped, looks = len(attempts) > 0, walked_past(attempts) > 0, len(server) > 1
    waiting, blocked = waits["pid"].notna().any(), blocked_share(waits) >= _OFTEN
    over = partial(_over_the_run, float(answer_times(attempts).max()))
    every: list[tuple[str, object, Draw]] = [
        ("Who got what", some, over(lambda ax: outcomes_over_time(attempts, ax=ax))),
        ("The hall", some and len(inventory) > 1, over(lambda ax: inventory_over_time(inventory, ax=ax))),
        ("How long answers took", some, over(lambda ax: latency_over_time(attempts, ax=ax))),
        ("How many were answered within", some, lambda ax: latency_curve(attempts, ax=ax)),
        ("What clients waited for", some and waiting, over(lambda ax: waits_over_time(waits, ax=ax))),
        ("Who waited for whom", blocked, lambda ax: who_blocks_whom(waits, ax=ax)),
        ("Tickets walked past", skipped, over(lambda ax: skip_depth_over_time(attempts, ax=ax))),
        ("Arrivals", come_as_planned(attempts), over(lambda ax: planned_and_sent(attempts, ax=ax))),
        ("Who used the processors", some and looks, over(lambda ax: processors_over_time(server, ax=ax))),
        ("How long holds lasted", expired, lambda ax: hold_survival(holds, until, ax=ax)),
        ("How soon overdue holds were taken back", expired, lambda ax: expiry_delay(holds, until, ax=ax)),
    ]
    return {title: draw for title, shown, draw in every if shown}


def _over_the_run(end: float, draw: Draw) -> Draw:
    """The same picture, from the start to the last answer: so that one moment is at one place in all of them."""

    def drawn(ax: Axes) -> Axes:
        draw(ax).set_xlim(0, end)
        return ax

    return drawn


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
