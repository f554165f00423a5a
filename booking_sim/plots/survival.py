"""How long holds last, and how soon after its deadline a hold is taken back."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from booking_sim.plots.style import axes_or_new, ink, label_powers, legend_above
from booking_sim.stats import survival

_FAINT = 0.25
_LEAST_S = 1e-4  # less is at once
_DEADLINE = (0, (2, 2))


def hold_survival(holds: pd.DataFrame, until: float, *, ax: Axes | None = None) -> Axes:
    """Draw the share of holds that are not taken back by expiry, by age, with its 95 % interval.

    Args:
        holds: One row a hold, as SurgeResult.holds.
        until: When the holds were read, in seconds since the start.
        ax: Where to draw; a new figure if None.

    Returns:
        The axes.
    """
    ax = axes_or_new(ax)
    rows = survival.hold_survival(holds, until)
    _draw(ax, rows, "age_s", of=len(holds))
    length = (holds["deadline"] - holds["held_at"]).median()
    ax.axvline(length, color=ink(), linewidth=1, linestyle=_DEADLINE, label=f"the deadline: {length:,.3g} s")
    ax.set(xlabel="seconds since the hold", ylabel="holds not taken back by expiry")
    ax.set_xlim(0, max(rows["age_s"].max(), length) * 1.02 if len(rows) else 1)
    legend_above(ax)
    return ax


def expiry_delay(holds: pd.DataFrame, until: float, *, ax: Axes | None = None) -> Axes:
    """Draw the share of overdue holds that nobody has taken back yet, by how long they are overdue.

    Args:
        holds: One row a hold, as SurgeResult.holds.
        until: When the holds were read, in seconds since the start.
        ax: Where to draw; a new figure if None.

    Returns:
        The axes.
    """
    ax = axes_or_new(ax)
    rows = survival.expiry_delay(holds, until)
    overdue, first = (int(rows["at_risk"].max()), rows["overdue_s"].min()) if len(rows) else (0, 1.0)
    _draw(ax, rows, "overdue_s", of=overdue, begin=min(first / 2, _LEAST_S))
    ax.set(xlabel="seconds past the deadline", ylabel="overdue holds not taken back", xscale="log")
    ax.set_xlim(left=_LEAST_S)
    label_powers(ax.xaxis)
    legend_above(ax)
    return ax


def _draw(ax: Axes, rows: pd.DataFrame, time: str, of: int, begin: float = 0.0) -> None:
    """Draw a share that steps down from 1, which it is from the time `begin` on."""
    start = {time: begin, "share": 1.0, "low": 1.0, "high": 1.0}
    steps = pd.concat([pd.DataFrame([start]), rows[list(start)]])
    ax.fill_between(
        steps[time],
        steps["low"],
        steps["high"],
        step="post",
        color=ink(),
        alpha=_FAINT,
        linewidth=0,
        label="95 % interval",
    )
    ax.plot(
        steps[time],
        steps["share"],
        drawstyle="steps-post",
        color=ink(),
        label=f"{rows['expired'].sum():,.0f} of {of:,} expired",
    )
    ax.set_ylim(0, 1.03)
    ax.yaxis.set_major_formatter(PercentFormatter(1))
