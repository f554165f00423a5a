"""How long buyers waited for an answer: over the run, and as a distribution."""

from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from booking_sim.plots.axes import axes_or_new, log_axis, set_title, time_axis
from booking_sim.plots.panel import Description, Panel
from booking_sim.plots.style import PERCENT_SHADES, ink
from booking_sim.plots.units import ms_text, seconds_text, tick_text
from booking_sim.stats.arrivals import is_open_loop
from booking_sim.stats.bins import edges
from booking_sim.stats.latency import (
    at_percents,
    censored_in,
    curve,
    distribution,
    percentiles,
    percentiles_over_time,
)
from booking_sim.stats.requests import Pieces, whole

_CURVES = {"database": ("in the database", "-"), "scheduled": ("since the plan", (0, (4, 2)))}
"""By clock: what its curve is called, and how it is drawn."""

_SINCE = {"scheduled": "since the plan", "dispatch": "since a connection was requested", "database": "in the database"}
"""By clock: from when a latency counts."""

_POINTS = 2000
"""As many as a picture can show; the first and the last answer are among them."""


def latency_over_time(attempts: pd.DataFrame, *, clock: str | None = None, ax: Axes | None = None) -> Axes:
    """Draw the 50th, 95th and 99th percentile of the answers that came in each part of the run.

    Args:
        attempts: One row per attempt, as SurgeResult.attempts.
        clock: From when a latency counts, one of `booking_sim.stats.latency.CLOCKS`.
            None: `scheduled` where arrivals are planned, as buyers feel it; else
            `database`.
        ax: Where to draw; a new figure if None.

    Returns:
        The axes. Where nothing was answered the lines have a gap.

    Example:
        What of it was the database's:

            from booking_sim import plots

            plots.latency_over_time(result.attempts, clock="database")

    See Also:
        latency_curve: The distribution of the whole run.
        booking_sim.stats.percentiles_over_time: The numbers.
    """
    ax, clock = axes_or_new(ax), clock or _clocks(attempts)[-1]
    rows = percentiles_over_time(attempts, tuple(PERCENT_SHADES), clock)
    bins = edges(rows.index)
    middles = (bins[:-1] + bins[1:]) / 2
    for percent, shade in PERCENT_SHADES.items():
        alone = rows[percent].notna() & rows[percent].shift().isna() & rows[percent].shift(-1).isna()
        ax.plot(middles, rows[percent], color=ink(), alpha=shade, label=f"p{percent}")
        ax.plot(middles[alone], rows.loc[alone, percent], ".", color=ink(), alpha=shade)  # a line needs two
    ax.set(ylabel=f"time to answer, log scale,\n{_SINCE[clock]} (lower is better)")
    log_axis(ax.yaxis, tick_text)
    time_axis(ax, bins[-1])
    return set_title(ax, _over_time_title(attempts, clock))


def latency_over_time_panel(attempts: pd.DataFrame) -> Panel:
    """The same with its message, for a page."""
    draw = partial(latency_over_time, attempts)
    return Panel(
        _over_time_title(attempts, _clocks(attempts)[-1]), draw, partial(_describe_over_time, attempts), over_run=True
    )


def _over_time_title(attempts: pd.DataFrame, clock: str) -> str:
    worst = percentiles_over_time(attempts, (99,), clock)[99].dropna()
    if worst.empty:
        return "Nothing was answered"
    begins = worst.index[int(worst.argmax())]
    return f"p99 at most {ms_text(worst.max())}, {seconds_text(begins)} after the start"


def _describe_over_time(attempts: pd.DataFrame) -> Description:
    clock = _clocks(attempts)[-1]
    rows = percentiles_over_time(attempts, clock=clock).dropna()
    if rows.empty:
        return Description("Nothing was answered.", "Empty axes: nothing was answered.")
    begins = rows[99].idxmax()
    return Description(
        f"99 of 100 answers came within {ms_text(percentiles(attempts, clock=clock)[99])}, {_SINCE[clock]}, over the"
        f" whole run; at its worst, from {begins:,.3g} s after the start, within {ms_text(rows[99].max())}.",
        "Three lines over the run, on a logarithmic scale: "
        + "; ".join(f"p{each} from {ms_text(rows[each].min())} to {ms_text(rows[each].max())}" for each in (50, 95, 99))
        + ".",
    )


def latency_curve(attempts: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the share of answers that came within each latency.

    A dot each marks the 50th, 95th and 99th percentile. The time in the database is a
    solid line. In an open loop the time since the planned instant is a dashed one; in a
    closed loop, where a call is planned when a connection is free, both would coincide.

    Args:
        attempts: One row per attempt, as SurgeResult.attempts.
        ax: Where to draw; a new figure if None.

    Returns:
        The axes.

    Example:
        The picture of a run:

            from booking_sim import plots

            plots.latency_curve(result.attempts)

    See Also:
        latency_over_time: When it was slow.
        booking_sim.stats.curve: The numbers.
    """
    return draw_curves(whole(attempts), axes_or_new(ax))


def draw_curves(pieces: Pieces, ax: Axes) -> Axes:
    """Draw the same of attempts that are given a piece at a time."""
    title = ""
    for clock in _clocks_in(pieces):
        name, line = _CURVES[clock]
        every = censored_in(pieces, clock)
        points, marked = distribution(every, _POINTS), at_percents(every, tuple(PERCENT_SHADES))
        title = _curve_title(points, marked[99], clock)
        label = f"{name}: p50 {ms_text(marked[50])}, p99 {ms_text(marked[99])}"
        ax.plot(points["latency_ms"], points["percent"], color=ink(), linestyle=line, label=label)
        ax.plot(marked, marked.index, "o", color=ink(), markersize=4)
    ax.set(xlabel="time to answer, log scale (further left is better)", ylabel="answers within this time")
    ax.set_ylim(0, 103)
    log_axis(ax.xaxis, tick_text)
    ax.yaxis.set_major_formatter(PercentFormatter())
    return set_title(ax, title)


def latency_curve_panel(attempts: pd.DataFrame) -> Panel:
    """The same with its message, for a page."""
    clock = _clocks(attempts)[-1]
    title = _curve_title(curve(attempts, clock), percentiles(attempts, (99,), clock)[99], clock)
    return Panel(title, partial(latency_curve, attempts), partial(_describe_curve, attempts))


def _clocks(attempts: pd.DataFrame) -> list[str]:
    return _clocks_in(whole(attempts))


def _clocks_in(pieces: Pieces) -> list[str]:
    is_open = any(is_open_loop(piece) for piece in pieces("attempt", "scheduled_at", "queued_at"))
    return [*_CURVES] if is_open else ["database"]


def _curve_title(points: pd.DataFrame, p99: float, clock: str) -> str:
    if np.isnan(p99):
        return "Nothing was answered"
    if np.isinf(p99):
        return f"{points['percent'].max():.3g} % were answered: the p99 is not reached"
    since = " of the plan" if clock == "scheduled" else ""
    return f"99 % of the answers came within {ms_text(p99)}{since}"


def _describe_curve(attempts: pd.DataFrame) -> Description:
    marked = {clock: percentiles(attempts, clock=clock) for clock in _clocks(attempts)}
    read = [
        f"{_CURVES[clock][0]}, {', '.join(f'{percent} % within {ms_text(ms)}' for percent, ms in values.items())}"
        for clock, values in marked.items()
    ]
    found = [
        f"{_CURVES[clock][0]}, half of the answers came within {ms_text(values[50])} and 99 of 100 within"
        f" {ms_text(values[99])}"
        for clock, values in marked.items()
    ]
    return Description(
        _sentence("; ".join(found)),
        "The share of answers by latency, as rising curves. " + " ".join(map(_sentence, read)),
    )


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
