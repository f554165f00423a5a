"""When buyers come: the planned rate, the arrivals drawn from it, and the calls that were sent."""

from functools import partial

import pandas as pd
from matplotlib.axes import Axes

from booking_sim.arrivals import Schedule
from booking_sim.plots.axes import axes_or_new, count_axis, set_title, time_axis
from booking_sim.plots.panel import Description, Panel
from booking_sim.plots.style import ink
from booking_sim.plots.units import seconds_text
from booking_sim.stats.arrivals import arrival_rates
from booking_sim.stats.arrivals import planned_and_sent as rates_planned_and_sent
from booking_sim.stats.bins import edges

_FILL = "#56B4E9"


def arrivals_over_time(schedule: Schedule, *, ax: Axes | None = None) -> Axes:
    """Draw the arrivals per second, as planned and as drawn.

    Args:
        schedule: The arrivals, as Profile.schedule makes them.
        ax: Where to draw; a new figure if None.

    Returns:
        The axes.

    Example:
        The arrivals of a burst:

            from booking_sim import plots
            from booking_sim.arrivals import Burst

            plots.arrivals_over_time(Burst(500).schedule())

    See Also:
        planned_and_sent: The plan beside what was sent.
        booking_sim.stats.arrival_rates: The numbers.
    """
    ax = axes_or_new(ax)
    rates = arrival_rates(schedule)
    bins = edges(rates.index)
    ax.stairs(rates["drawn"], bins, fill=True, color=_FILL, label=f"drawn: {len(schedule):,}")
    ax.stairs(rates["planned"], bins, color=ink(), linewidth=1.2, label=f"planned: {schedule.planned:,.0f}")
    ax.set_ylabel(f"arrivals per second\n(an input), bins of {bins[1]:g} s")
    count_axis(ax)
    time_axis(ax, bins[-1])
    return set_title(ax, f"{len(schedule):,} buyers in {seconds_text(schedule.end)}, at most {_peak(rates['drawn'])}")


def planned_and_sent(attempts: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the buyers per second, by the planned instant of their first call, and by when it was sent.

    Args:
        attempts: One row per attempt, as SurgeResult.attempts.
        ax: Where to draw; a new figure if None.

    Returns:
        The axes.

    Example:
        The picture of a run:

            from booking_sim import plots

            plots.planned_and_sent(result.attempts)

    See Also:
        arrivals_over_time: The plan alone.
        booking_sim.stats.planned_and_sent: The numbers.
    """
    ax = axes_or_new(ax)
    rates = rates_planned_and_sent(attempts)
    bins = edges(rates.index)
    total = rates.sum() * bins[1]
    ax.stairs(rates["sent"], bins, fill=True, color=_FILL, label=f"sent: {total['sent']:,.0f}")
    ax.stairs(rates["planned"], bins, color=ink(), linewidth=1.2, label=f"planned: {total['planned']:,.0f}")
    ax.set_ylabel(f"first calls per second,\nbins of {bins[1]:g} s (as planned is best)")
    count_axis(ax)
    time_axis(ax, bins[-1])
    return set_title(ax, _title(attempts))


def planned_and_sent_panel(attempts: pd.DataFrame) -> Panel:
    """The same with its message, for a page."""
    draw = partial(planned_and_sent, attempts)
    return Panel(_title(attempts), draw, partial(_describe, attempts), over_run=True)


def _peak(rates: pd.Series) -> str:
    return f"{rates.max():,.0f} per second"


def _lateness(attempts: pd.DataFrame) -> pd.Series:
    """How long after their planned instant first calls were sent, in seconds."""
    first = attempts[attempts["attempt"] == 1]
    return (first["sent_at"] - first["scheduled_at"]).dropna()


def _title(attempts: pd.DataFrame) -> str:
    late = _lateness(attempts)
    return f"Half of the first calls left within {seconds_text(late.median())} of their plan, the last {_late(late)}"


def _late(late: pd.Series) -> str:
    return f"{seconds_text(late.max())} after it"


def _describe(attempts: pd.DataFrame) -> Description:
    rates = rates_planned_and_sent(attempts)
    peaks = f"at most {_peak(rates['planned'])} were planned and {_peak(rates['sent'])} sent"
    late = _lateness(attempts)
    return Description(
        f"Of the first calls {peaks}; half were sent within {seconds_text(late.median())} of their planned instant.",
        f"Outline of the planned first calls per second, filled with those that were sent: {peaks}.",
    )
