"""When buyers come: the planned rate, and the arrivals drawn from it."""

from matplotlib.axes import Axes
from matplotlib.ticker import StrMethodFormatter

from booking_sim.arrivals import Schedule
from booking_sim.plots.style import INK, axes_or_new
from booking_sim.stats.arrivals import arrival_rates

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
    ax.stairs(rates["planned"], edges, color=INK, linewidth=1.2, label=f"planned: {schedule.planned:,.0f}")
    ax.set(xlabel="seconds since the start", ylabel=f"arrivals a second, in bins of {width:g} s", xlim=(0, edges[-1]))
    ax.set_ylim(bottom=0)
    ax.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    ax.grid(visible=False, axis="x")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0.2, handlelength=1)
    return ax
