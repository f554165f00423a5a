"""A run so far as HTML: the answers received, and the tickets by status."""

import numpy as np
import pandas as pd

from booking_sim.display.templates import render
from booking_sim.live.progress import OUTCOME_LABELS
from booking_sim.live.tally import Tally
from booking_sim.plots.style import OUTCOME_COLOURS, STATUS_COLOURS, STATUS_LABELS
from booking_sim.records.attempts import OUTCOMES

_WIDTH, _HEIGHT = 640, 90
_MOST_POINTS = 320
_ALWAYS = {"held", "sold_out"}
"""Outcomes that are shown before any buyer had them."""


def picture(tally: Tally, inventory: pd.DataFrame) -> str:
    """Draw what is known of a surge.

    Args:
        tally: The answers received.
        inventory: The tickets as the database counted them so far, as SurgeResult.inventory.
    """
    p99 = tally.p99_ms
    outcomes = [name for name in OUTCOMES if name in _ALWAYS or tally.outcomes[name]]
    return render(
        "live/picture.html",
        metrics=[
            *((OUTCOME_LABELS[name], f"{tally.outcomes[name]:,}", OUTCOME_COLOURS[name]) for name in outcomes),
            ("waiting", f"{tally.waiting:,}", None),
            ("answers per second", f"{tally.rate:,.0f}", None),
            ("p99", "" if p99 is None else f"{p99:,.1f} ms", None),
        ],
        tally=tally,
        width=_WIDTH,
        height=_HEIGHT,
        tickets=_tickets(inventory),
        areas=_areas(inventory),
        until=inventory["seconds"].max(),
    )


def _tickets(inventory: pd.DataFrame) -> list[tuple[str, int, str]]:
    """How many are in each status by the last count, with its name and colour."""
    if inventory.empty:
        return []
    last = inventory.iloc[-1]
    return [(STATUS_LABELS[status], int(last[status]), colour) for status, colour in STATUS_COLOURS.items()]


def _areas(inventory: pd.DataFrame) -> list[tuple[str, str]]:
    """The tickets over time, stacked: the colour and the points of a polygon each, to be drawn in this order.

    Each count holds until the next: a line between two of them would show a ramp that nobody counted.
    """
    seen = inventory.iloc[:: -1 - len(inventory) // _MOST_POINTS].iloc[::-1]
    if len(seen) < 2:
        return []
    counts = seen[[*STATUS_COLOURS]].to_numpy(dtype=float)
    across = _WIDTH * seen["seconds"].clip(lower=0) / seen["seconds"].iloc[-1]
    tops = _HEIGHT * (1 - counts.cumsum(axis=1) / counts.sum(axis=1, keepdims=True))
    areas = []
    for colour, top in zip(STATUS_COLOURS.values(), tops.T, strict=True):
        held = zip(np.repeat(across, 2)[1:], np.repeat(top, 2)[:-1], strict=True)
        corners = [(0.0, _HEIGHT), *held, (_WIDTH, _HEIGHT)]
        areas.append((colour, " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)))
    return areas[::-1]
