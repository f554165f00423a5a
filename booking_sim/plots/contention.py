"""What clients wait for, and who keeps whom waiting."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.ticker import MaxNLocator, PercentFormatter
from matplotlib.typing import RGBColorType

from booking_sim.plots.style import OTHER_WAITS, WAIT_COLOURS, axes_or_new, ink, label_times, legend_above
from booking_sim.stats.contention import RUNNING, wait_profile
from booking_sim.stats.contention import blocking as pairs_that_block

_SHOWN, _LEAST = 6, 0.01
"""Wait events with a band of their own, at the most, and the share of all the clients that each has at least."""
_FADE = 0.35
"""How much paler each next event of a type is."""
_SESSIONS = 24
"""Sessions that a picture has room for."""


def waits_over_time(waits: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how many clients were at work over the run, stacked by what they waited for.

    Args:
        waits: One row a client at work in one look, as SurgeResult.waits.
        ax: Where to draw; a new figure if None.

    Returns:
        The axes.
    """
    ax = axes_or_new(ax)
    profile = wait_profile(waits)
    starts = profile.index.to_numpy()
    width = starts[1] - starts[0] if len(starts) > 1 else 1.0
    base = np.zeros(len(starts))
    for name, clients, colour in _bands(profile):
        ax.bar(starts, clients, width, base, align="edge", color=colour, label=f"{name}: {clients.mean():,.1f}")
        base += clients.fillna(0)
    ax.set_ylabel("clients at work (legend: mean)")
    label_times(ax, starts[-1] + width)
    legend_above(ax)
    return ax


def _bands(profile: pd.DataFrame) -> list[tuple[str, pd.Series, RGBColorType]]:
    """The events in the order of their type, those that are seen most; the rest as one."""
    ranked = profile.mean().sort_values(ascending=False)
    shown = ranked.index[ranked.ge(_LEAST * ranked.sum())][:_SHOWN]
    bands: list[tuple[str, pd.Series, RGBColorType]] = []
    for kind in [*WAIT_COLOURS, *sorted(set(shown.get_level_values(0)) - set(WAIT_COLOURS))]:
        events = [event for event in shown if event[0] == kind]
        for number, event in enumerate(events):
            name = RUNNING if kind == RUNNING else f"{kind}: {event[1]}"
            bands.append((name, profile[event], _paler(WAIT_COLOURS.get(kind, OTHER_WAITS), number * _FADE)))
    if len(ranked) > len(shown):
        rest = profile[list(ranked.index[len(shown) :])].sum(axis="columns", min_count=1)
        bands.append(("other waits", rest, OTHER_WAITS))
    return bands


def _paler(colour: str, share: float) -> tuple[float, float, float]:
    red, green, blue = (part + (1 - part) * min(share, 0.8) for part in to_rgb(colour))
    return red, green, blue


def who_blocks_whom(waits: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how often each session was found waiting for each other one.

    A row of its own colour is one session that blocks many; a square that is filled
    evenly is a crowd at one lock.

    Args:
        waits: As SurgeResult.waits.
        ax: Where to draw; a new figure if None.

    Returns:
        The axes.
    """
    ax = axes_or_new(ax)
    table = pairs_that_block(waits).pivot_table(index="blocker", columns="blocked", values="share", aggfunc="sum")
    table = table.reindex(index=_busiest(table), columns=_busiest(table.T))
    ax.grid(visible=False)
    ax.set(xlabel="sessions that wait, the most blocked first", ylabel="sessions that they wait for")
    if table.empty:
        ax.text(
            0.5, 0.5, "nobody was seen waiting for another session", transform=ax.transAxes, ha="center", color=ink()
        )
        ax.set(xticks=[], yticks=[])
        return ax
    rows, columns = table.shape
    squares = (0.5, columns + 0.5, rows + 0.5, 0.5)
    image = ax.imshow(table.to_numpy(dtype=float), cmap="Reds", vmin=0, aspect="auto", extent=squares)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(integer=True, nbins=6, min_n_ticks=1))
    bar = ax.figure.colorbar(image, ax=ax, label="looks that found it")
    bar.ax.yaxis.set_major_formatter(PercentFormatter(1))
    return ax


def _busiest(table: pd.DataFrame) -> pd.Index:
    """The rows with the largest sums, as many as are shown."""
    return table.sum(axis="columns").sort_values(ascending=False).index[:_SESSIONS]
