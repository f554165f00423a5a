"""When buyers come: the planned rate, the arrivals drawn from it, and the calls that were sent."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import StrMethodFormatter

from booking_sim.arrivals import Schedule
from booking_sim.plots.style import axes_or_new, ink, label_times, legend_above
from booking_sim.stats.arrivals import arrival_rates
from booking_sim.stats.arrivals import planned_and_sent as rates_planned_and_sent

_DRAWN = "#56B4E9"


def arrivals_over_time(schedule: Schedule, *, ax: Axes | None = None) -> Axes:
    """Draw the arrivals a second, as planned and as drawn.

    Args:
        schedule: The arrivals, as Profile.schedule makes them.
        ax: Where to draw; a new figure if None.

    Returns:
        The axes.
    """
    ax = axes_or_new(ax)
    rates = arrival_rates(schedule)
    starts = rates.index.to_numpy()
    width = starts[1] - starts[0]
    edges = [*starts, starts[-1] + width]
    ax.stairs(rates["drawn"], edges, fill=True, color=_DRAWN, label=f"drawn: {len(schedule):,}")
    ax.stairs(rates["planned"], edges, color=ink(), linewidth=1.2, label=f"planned: {schedule.planned:,.0f}")
    ax.set_ylabel(f"arrivals a second, in bins of {width:g} s")
    ax.set_ylim(bottom=0)
    ax.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    label_times(ax, edges[-1])
    legend_above(ax)
    return ax


def planned_and_sent(attempts: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the buyers a second, by when their first call was planned, and by when it was sent.

    Args:
        attempts: One row an attempt, as SurgeResult.attempts.
        ax: Where to draw; a new figure if None.

    Returns:
        The axes.
    """
    ax = axes_or_new(ax)
    rates = rates_planned_and_sent(attempts)
    starts = rates.index.to_numpy()
    width = starts[1] - starts[0] if len(starts) > 1 else 1.0
    edges = [*starts, starts[-1] + width]
    total = rates.sum() * width
    ax.stairs(rates["sent"], edges, fill=True, color=_DRAWN, label=f"sent: {total['sent']:,.0f}")
    ax.stairs(rates["planned"], edges, color=ink(), linewidth=1.2, label=f"planned: {total['planned']:,.0f}")
    ax.set_ylabel(f"first calls a second, in bins of {width:g} s")
    ax.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    label_times(ax, edges[-1])
    legend_above(ax)
    return ax
