"""Several panels in one figure: a surge at a glance, or everything that there is to show on one page."""

import textwrap

import pandas as pd
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from booking_sim.plots.arrivals import planned_and_sent_panel
from booking_sim.plots.axes import set_page_title
from booking_sim.plots.contention import blocking_panel, waits_panel
from booking_sim.plots.events import events_text, mark_events
from booking_sim.plots.inventory import inventory_panel
from booking_sim.plots.latency import draw_curves, latency_curve_panel, latency_over_time_panel
from booking_sim.plots.outcomes import draw_outcomes, outcomes_panel
from booking_sim.plots.panel import Panel
from booking_sim.plots.server import cpu_panel
from booking_sim.plots.skip_depth import skip_depth_panel
from booking_sim.plots.style import page_style
from booking_sim.plots.survival import expiry_delay_panel, hold_survival_panel
from booking_sim.stats.arrivals import is_open_loop
from booking_sim.stats.contention import blocked_share
from booking_sim.stats.outcomes import answer_times
from booking_sim.stats.requests import Pieces, whole
from booking_sim.stats.skipped import total_skip_depth

_OFTEN = 0.01
"""The share of samples with a blocked session below which there is only chance to see."""
_NOTE_WIDTH = 150  # letters
_ACROSS = 2
_WIDTH, _HEIGHT = 11, 3.5  # inches: of the page, and of each row of panels


def panels(
    attempts: pd.DataFrame, holds: pd.DataFrame, inventory: pd.DataFrame, waits: pd.DataFrame, server: pd.DataFrame
) -> list[Panel]:
    """The panels that a run has data for, in the order in which they are to be read.

    Args:
        attempts: As SurgeResult.attempts.
        holds: As SurgeResult.holds.
        inventory: As SurgeResult.inventory.
        waits: As SurgeResult.waits.
        server: As SurgeResult.server.
    """
    shown: list[Panel] = []
    if len(attempts):
        shown.append(outcomes_panel(attempts))
        if len(inventory) > 1:
            shown.append(inventory_panel(inventory))
        shown += [latency_over_time_panel(attempts), latency_curve_panel(attempts)]
        if waits["pid"].notna().any():
            shown.append(waits_panel(waits))
    if blocked_share(waits) >= _OFTEN:
        shown.append(blocking_panel(waits))
    if total_skip_depth(attempts) > 0:
        shown.append(skip_depth_panel(attempts))
    if is_open_loop(attempts):
        shown.append(planned_and_sent_panel(attempts))
    if len(attempts) and len(server) > 1:
        shown.append(cpu_panel(server))
    if holds["end"].eq("expired").any():
        until = float(inventory["seconds"].iloc[-1])
        shown += [hold_survival_panel(holds, until), expiry_delay_panel(holds, until)]
    return shown


def draw_panel(panel: Panel, end: float, ax: Axes, events: pd.DataFrame | None = None) -> Axes:
    """Draw a panel of a page: one instant of the run is at one place in all of them.

    Args:
        panel: Which.
        end: When the last answer of the run came, in seconds since its start.
        ax: Where to draw.
        events: As SurgeResult.events; None: there are none.
    """
    panel.draw(ax=ax)
    if panel.over_run:
        if events is not None:
            mark_events(ax, events)
        ax.set_xlim(0, end)
    return ax


def end_of_run(attempts: pd.DataFrame) -> float:
    """When the last answer came, in seconds since the start."""
    return float(answer_times(attempts).max())


def at_a_glance(attempts: pd.DataFrame, title: str) -> Figure:
    """Draw the outcomes over time, and how long answers took.

    Args:
        attempts: One row per attempt, as SurgeResult.attempts.
        title: The run in one line.

    Returns:
        A figure that pyplot does not know of; save it, or show it in a notebook.

    Example:
        The picture that a result keeps:

            from booking_sim import plots

            plots.at_a_glance(result.attempts, result.headline)

    See Also:
        overview: Every picture.
    """
    return glance(whole(attempts), title)


def glance(pieces: Pieces, title: str) -> Figure:
    """Draw the same of attempts that are given a piece at a time."""
    with style.context(page_style()):
        figure = _titled(title, 4.6)
        left, right = figure.subplots(1, 2, width_ratios=(3, 2))
        draw_outcomes(pieces, left)
        draw_curves(pieces, right)
    return figure


def overview(
    attempts: pd.DataFrame,
    holds: pd.DataFrame,
    inventory: pd.DataFrame,
    waits: pd.DataFrame,
    server: pd.DataFrame,
    *,
    title: str,
    events: pd.DataFrame | None = None,
) -> Figure:
    """Draw everything that there is to show on one page.

    Args:
        attempts: As SurgeResult.attempts.
        holds: As SurgeResult.holds.
        inventory: As SurgeResult.inventory.
        waits: As SurgeResult.waits.
        server: As SurgeResult.server.
        title: The run in one line.
        events: As SurgeResult.events, marked in all charts over time; None: there are
            none.

    Returns:
        A figure that pyplot does not know of; save it, or show it in a notebook.

    Example:
        A page of one run:

            from booking_sim import plots

            plots.overview(
                result.attempts,
                result.holds,
                result.inventory,
                result.waits,
                result.server,
                title=result.headline,
            )

    See Also:
        at_a_glance: The two most important ones.
    """
    with style.context(page_style()):
        shown = panels(attempts, holds, inventory, waits, server)
        rows = max(-(-len(shown) // _ACROSS), 1)
        figure = _titled(title, 0.7 + _HEIGHT * rows)
        grid = figure.subplots(rows, _ACROSS, squeeze=False).ravel()
        for ax, panel in zip(grid, shown, strict=False):
            draw_panel(panel, end_of_run(attempts), ax, events)
        for ax in grid[len(shown) :]:
            ax.set_axis_off()
        if events is not None and len(events):
            figure.supxlabel(textwrap.fill(events_text(events), _NOTE_WIDTH), x=0.01, ha="left", fontsize=9)
    return figure


def _titled(title: str, height: float) -> Figure:
    figure = Figure(figsize=(_WIDTH, height), layout="constrained")
    set_page_title(figure, title)
    return figure
