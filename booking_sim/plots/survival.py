"""How long holds last, and how soon after its deadline a hold is released."""

from functools import partial

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from booking_sim.plots.axes import axes_or_new, log_axis, set_title
from booking_sim.plots.panel import Description, Panel
from booking_sim.plots.style import ink
from booking_sim.plots.units import seconds_text, tick_text
from booking_sim.records.holds import ENDS
from booking_sim.stats import survival

_FAINT = 0.25
_LEAST_MS = 0.1  # less is at once
_DEADLINE = (0, (2, 2))


def hold_survival(holds: pd.DataFrame, until: float, *, ax: Axes | None = None) -> Axes:
    """Draw the share of holds that have not expired, by age, with its 95 % interval.

    Args:
        holds: One row per hold, as SurgeResult.holds.
        until: When the holds were read, in seconds since the start.
        ax: Where to draw; a new figure if None.

    Returns:
        The axes.

    Example:
        The first second:

            from booking_sim import plots

            plots.hold_survival(result.holds, until=1.0)

    See Also:
        expiry_delay: How long overdue holds stay.
        booking_sim.stats.hold_survival: The numbers.
    """
    ax = axes_or_new(ax)
    rows = survival.hold_survival(holds, until)
    _draw(ax, rows, rows["age_s"], of=len(holds))
    length = _length(holds)
    ax.axvline(length, color=ink(), linewidth=1, linestyle=_DEADLINE, label=f"deadline: {seconds_text(length)}")
    ax.set(xlabel="seconds since the hold", ylabel="holds not expired\n(higher is better)")
    ax.set_xlim(0, max(rows["age_s"].max(), length) * 1.02 if len(rows) else 1)
    return set_title(ax, _survival_title(holds))


def hold_survival_panel(holds: pd.DataFrame, until: float) -> Panel:
    """The same with its message, for a page."""
    draw = partial(hold_survival, holds, until)
    return Panel(_survival_title(holds), draw, partial(_describe_survival, holds, until))


def _length(holds: pd.DataFrame) -> float:
    """How long a hold is valid, in seconds; the median, if they differ."""
    return float((holds["deadline"] - holds["held_at"]).median())


def _survival_title(holds: pd.DataFrame) -> str:
    ends = holds["end"].value_counts()
    return f"{ends['expired']:,} of {len(holds):,} holds expired, {ends['confirmed']:,} were paid"


def _describe_survival(holds: pd.DataFrame, until: float) -> Description:
    ends = holds["end"].value_counts()
    parts = ", ".join(f"{ends[end]:,} {end}" for end in ENDS if ends[end])
    length = seconds_text(_length(holds))
    rows = survival.hold_survival(holds, until)
    return Description(
        f"Of {len(holds):,} holds of {length}: {parts}.",
        "A curve that steps down from 100 %: the share of holds that have not expired, by age, with its 95 %"
        f" interval. {_half(rows['share'], rows['age_s'])} Of all holds: {parts}. The deadline is at {length}.",
    )


def expiry_delay(holds: pd.DataFrame, until: float, *, ax: Axes | None = None) -> Axes:
    """Draw the share of overdue holds that are not released yet, by how long they are overdue.

    Args:
        holds: One row per hold, as SurgeResult.holds.
        until: When the holds were read, in seconds since the start.
        ax: Where to draw; a new figure if None.

    Returns:
        The axes.

    Example:
        The first second:

            from booking_sim import plots

            plots.expiry_delay(result.holds, until=1.0)

    See Also:
        hold_survival: How long holds last.
        booking_sim.stats.expiry_delay: The numbers.
    """
    ax = axes_or_new(ax)
    rows = survival.expiry_delay(holds, until)
    overdue_ms = rows["overdue_s"] * 1000
    overdue = int(rows["at_risk"].max()) if len(rows) else 0
    _draw(ax, rows, overdue_ms.clip(lower=_LEAST_MS), of=overdue, begin=_LEAST_MS)
    ax.set(xlabel="time past the deadline, log scale (left is better)")
    ax.set(ylabel="overdue holds not released\n(lower is better)")
    log_axis(ax.xaxis, tick_text)
    return set_title(ax, _delay_title(rows))


def expiry_delay_panel(holds: pd.DataFrame, until: float) -> Panel:
    """The same with its message, for a page."""
    rows = survival.expiry_delay(holds, until)
    return Panel(_delay_title(rows), partial(expiry_delay, holds, until), partial(_describe_delay, rows))


def _delay_title(rows: pd.DataFrame) -> str:
    if rows.empty:
        return "No hold was overdue"
    half = _reaches_half(rows["share"], rows["overdue_s"])
    if half is None:
        return f"{rows['expired'].sum():,.0f} of {rows['at_risk'].max():,.0f} overdue holds were released"
    return f"Half of {rows['at_risk'].max():,.0f} overdue holds were released within {seconds_text(half)}"


def _describe_delay(rows: pd.DataFrame) -> Description:
    counts = (
        f"{rows['at_risk'].max():,.0f} holds passed their deadline unpaid; {rows['expired'].sum():,.0f} were released."
    )
    return Description(
        counts,
        "A curve that steps down from 100 %: the share of overdue holds that are not released yet, by how long they"
        f" are overdue. {counts} {_half(rows['share'], rows['overdue_s'])}",
    )


def _draw(ax: Axes, rows: pd.DataFrame, times: pd.Series, of: int, begin: float = 0.0) -> None:
    """Draw a share that steps down from 1, which it is from the time `begin` on."""
    start = pd.DataFrame([{"share": 1.0, "low": 1.0, "high": 1.0}], index=[begin])
    steps = pd.concat([start, rows[["share", "low", "high"]].set_axis(times)])
    ax.fill_between(
        steps.index,
        steps["low"],
        steps["high"],
        step="post",
        color=ink(),
        alpha=_FAINT,
        linewidth=0,
        label="95 % interval",
    )
    label = f"{rows['expired'].sum():,.0f} of {of:,} expired"
    ax.plot(steps.index, steps["share"], drawstyle="steps-post", color=ink(), label=label)
    ax.set_ylim(0, 1.03)
    ax.yaxis.set_major_formatter(PercentFormatter(1))


def _reaches_half(share: pd.Series, times: pd.Series) -> float | None:
    below = times[share <= 0.5]
    return None if below.empty else float(below.iloc[0])


def _half(share: pd.Series, times: pd.Series) -> str:
    half = _reaches_half(share, times)
    return "It stays above one half." if half is None else f"It falls to one half at {seconds_text(half)}."
