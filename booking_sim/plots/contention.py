"""What clients wait for, and which sessions make others wait."""

from functools import partial

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.ticker import MaxNLocator, PercentFormatter
from matplotlib.typing import RGBColorType

from booking_sim.plots.axes import axes_or_new, mark_gaps, set_title, stack, time_axis
from booking_sim.plots.panel import Description, Panel
from booking_sim.plots.style import FOREIGN, OTHER_WAITS, WAIT_COLOURS, ink, is_dark
from booking_sim.stats.bins import edges
from booking_sim.stats.contention import LEAST_SAMPLES, RUNNING, foreign_profile, has_mean, wait_profile
from booking_sim.stats.contention import blocking as blocking_pairs

_SHOWN, _LEAST = 6, 0.01
"""Wait events with a band of their own, at most, and the least share of all clients that each of them has."""
_FADE = 0.35
"""How much paler each next event of a type is."""
_SESSIONS = 24
"""Sessions that a picture has room for."""
_NAMED = 5
"""Wait events that a description names."""


def waits_over_time(waits: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how many clients of the run were at work, stacked by what they waited for; others on top of them.

    Args:
        waits: One row per client at work in one sample, as SurgeResult.waits.
        ax: Where to draw; a new figure if None.

    Returns:
        The axes. A bin without a sample is hatched. Means are given from
        `booking_sim.stats.contention.LEAST_SAMPLES` samples on.

    Example:
        The picture of a run:

            from booking_sim import plots

            plots.waits_over_time(result.waits)

    See Also:
        who_blocks_whom: Who waited for whom.
        booking_sim.stats.wait_profile: The numbers.
    """
    ax = axes_or_new(ax)
    profile = wait_profile(waits)
    bins = edges(profile.index)
    bands, foreign = _bands(profile), foreign_profile(waits)
    if foreign.any():
        bands.append(("not of this run", foreign, FOREIGN))
    is_enough = has_mean(waits)
    stack(
        ax,
        bins,
        ((f"{name}: {clients.mean():,.1f}" if is_enough else name, clients, colour) for name, clients, colour in bands),
    )
    mark_gaps(ax, bins, foreign.isna(), "not sampled")
    ax.set_ylabel("clients at work, mean\n(fewer waiting is better)")
    time_axis(ax, bins[-1])
    return set_title(ax, _waits_title(waits))


def waits_panel(waits: pd.DataFrame) -> Panel:
    """The same with its message, for a page."""
    draw = partial(waits_over_time, waits)
    return Panel(_waits_title(waits), draw, partial(_describe_waits, waits), over_run=True)


def _bands(profile: pd.DataFrame) -> list[tuple[str, pd.Series, RGBColorType]]:
    """The events in the order of their type, those that are seen most; the rest as one."""
    ranked = profile.mean().sort_values(ascending=False)
    shown = ranked.index[ranked.ge(_LEAST * ranked.sum())][:_SHOWN]
    bands: list[tuple[str, pd.Series, RGBColorType]] = []
    for kind in [*WAIT_COLOURS, *sorted(set(shown.get_level_values(0)) - set(WAIT_COLOURS))]:
        events = [event for event in shown if event[0] == kind]
        for number, event in enumerate(events):
            colour = _paler(WAIT_COLOURS.get(kind, OTHER_WAITS), number * _FADE)
            bands.append((_event_name(kind, event[1]), profile[event], colour))
    if len(ranked) > len(shown):
        rest = profile[list(ranked.index[len(shown) :])].sum(axis="columns", min_count=1)
        bands.append(("other waits", rest, OTHER_WAITS))
    return bands


def _event_name(kind: str, event: str) -> str:
    return RUNNING if kind == RUNNING else f"{kind}: {event}"


def _paler(colour: str, share: float) -> tuple[float, float, float]:
    red, green, blue = (part + (1 - part) * min(share, 0.8) for part in to_rgb(colour))
    return red, green, blue


def _waiting(means: pd.Series) -> pd.Series:
    """The mean clients by event, without those that wait for nothing."""
    return means.drop(RUNNING, level=0, errors="ignore")


def _waits_title(waits: pd.DataFrame) -> str:
    if not has_mean(waits):
        return _too_few(waits)
    means = wait_profile(waits).mean().sort_values(ascending=False)
    waiting = _waiting(means)
    most = f", most for {_event_name(*waiting.index[0])}" if len(waiting) else ""
    return f"{waiting.sum():,.1f} of {means.sum():,.1f} clients at work waited{most}"


def _too_few(waits: pd.DataFrame) -> str:
    return f"{waits['seconds'].nunique()} samples of who waited; a mean takes {LEAST_SAMPLES} or more"


def _describe_waits(waits: pd.DataFrame) -> Description:
    if not has_mean(waits):
        return Description(f"{_too_few(waits)}.", f"Stacked bars of the clients at work. {_too_few(waits)}.")
    means = wait_profile(waits).mean().sort_values(ascending=False)
    parts = [
        f"{clients:,.1f} {'running' if kind == RUNNING else f'waiting for {kind}: {event}'}"
        for kind, event, clients in means.head(_NAMED).reset_index().itertuples(index=False)
    ]
    return Description(
        f"On average {means.sum():,.1f} clients were at work, {_waiting(means).sum():,.1f} of them waiting.",
        f"Stacked bars of the clients at work over the run, by what they waited for. On average: {', '.join(parts)}.",
    )


def who_blocks_whom(waits: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how often each session was found waiting for each other one.

    A single full row is one session that blocks many; an evenly filled square is many
    sessions that wait for one lock.

    Args:
        waits: As SurgeResult.waits.
        ax: Where to draw; a new figure if None.

    Returns:
        The axes.

    Example:
        The picture of a run:

            from booking_sim import plots

            plots.who_blocks_whom(result.waits)

    See Also:
        waits_over_time: What all waited for.
        booking_sim.stats.blocking: The numbers.
    """
    ax = axes_or_new(ax)
    table = blocking_pairs(waits).pivot_table(index="blocker", columns="blocked", values="share", aggfunc="sum")
    table = table.reindex(index=_busiest(table), columns=_busiest(table.T))
    ax.grid(visible=False)
    ax.set(xlabel="waiting sessions, the most blocked first", ylabel="sessions that they wait for")
    if table.empty:
        ax.text(0.5, 0.5, "no session waited for another", transform=ax.transAxes, ha="center", color=ink())
        ax.set(xticks=[], yticks=[])
        return set_title(ax, _blocking_title(waits))
    rows, columns = table.shape
    squares = (0.5, columns + 0.5, rows + 0.5, 0.5)
    reds = "Reds_r" if is_dark() else "Reds"  # what is near 0 is near the ground
    image = ax.imshow(table.to_numpy(dtype=float), cmap=reds, vmin=0, aspect="auto", extent=squares)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(integer=True, nbins=6, min_n_ticks=1))
    bar = ax.figure.colorbar(image, ax=ax, label="share of samples\n(lower is better)")
    bar.ax.yaxis.set_major_formatter(PercentFormatter(1))
    return set_title(ax, _blocking_title(waits))


def blocking_panel(waits: pd.DataFrame) -> Panel:
    """The same with its message, for a page."""
    return Panel(_blocking_title(waits), partial(who_blocks_whom, waits), partial(_describe_blocking, waits))


def _busiest(table: pd.DataFrame) -> pd.Index:
    """The rows with the largest sums, as many as are shown."""
    return table.sum(axis="columns").sort_values(ascending=False).index[:_SESSIONS]


def _blocking_title(waits: pd.DataFrame) -> str:
    pairs = blocking_pairs(waits)
    if pairs.empty:
        return "No session waited for another"
    blocked = pairs.groupby("blocker")["blocked"].nunique()
    return f"{pairs['blocked'].nunique():,} sessions waited for {blocked.size:,}, at most {blocked.max():,} for one"


def _describe_blocking(waits: pd.DataFrame) -> Description:
    pairs = blocking_pairs(waits)
    if pairs.empty:
        return Description("No session waited for another.", "Empty axes: no session waited for another.")
    by_blocker = pairs.groupby("blocker")["blocked"].nunique()
    counts = (
        f"Sessions that waited: {pairs['blocked'].nunique():,}; sessions that they waited for: {by_blocker.size:,};"
        f" at most {by_blocker.max():,} waited for the same one"
    )
    return Description(
        f"{counts}.",
        f"A grid with a row for each session that blocked and a column for each that waited. {counts}.",
    )
