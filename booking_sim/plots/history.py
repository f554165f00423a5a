"""The history of a ticket or an intent: who asked what and when, and who had it."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from booking_sim.plots.axes import axes_or_new, set_title
from booking_sim.plots.style import STATUS_COLOURS, ink

_HOLD, _CALL = 0.7, 0.3
"""Heights of a bar, of the lane's height."""
_LEAST = 0.004
"""Of the width of the picture: shorter calls are drawn so long, to be seen."""
_NEAR, _LINE = 0.15, 9
"""Calls that begin so near each other, of the width of the picture, have their words one below the other, in points."""


def timeline(history: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw a history: a lane for each buyer, with its holds as wide bars and its calls as narrow ones.

    Args:
        history: As `booking_sim.proof.shortest_history` gives it.
        ax: Where to draw; a new figure if None.

    Returns:
        The axes.

    Example:
        One call:

            import pandas as pd

            from booking_sim import plots

            times = {"begin": 0.0, "end": 0.2}
            call = {"buyer": 1, "what": "reserve", "outcome": "held"}
            plots.timeline(pd.DataFrame([times | call]))

    See Also:
        booking_sim.prove: Judges a history.
    """
    ax = axes_or_new(ax)
    begin, end = history["begin"].min(), history["end"].max()
    lanes = {buyer: lane for lane, buyer in enumerate(dict.fromkeys(history["buyer"]))}
    least = _LEAST * max(end - begin, 1e-6)
    labelled: set[str] = set()
    said_at: dict[tuple[int, bool], tuple[float, int]] = {}
    rows: list[Any] = [*history.itertuples()]
    for row in rows:
        lane, hold = lanes[row.buyer], str(row.what).startswith("hold of")
        colour = STATUS_COLOURS["sold" if row.outcome == "confirmed" else "held"] if hold else ink()
        label = ("sold" if row.outcome == "confirmed" else "held") if hold else "call"
        legend = "_" if label in labelled else label
        labelled.add(label)
        width = max(row.end - row.begin, least)
        ax.barh(
            lane, width, _HOLD if hold else _CALL, left=row.begin, color=colour, alpha=0.5 if hold else 1, label=legend
        )
        said = f"{row.what} ({row.outcome})" if hold else f"{row.what}: {row.outcome}"
        last, lines = said_at.get((lane, hold), (-np.inf, 0))
        lines = lines + 1 if row.begin - last < _NEAR * (end - begin) else 0
        said_at[lane, hold] = row.begin, lines
        ax.annotate(
            said,
            (row.begin, lane - (_HOLD / 2 if hold else -_HOLD / 2)),
            (0, _LINE * (lines if hold else -lines)),
            textcoords="offset points",
            fontsize="x-small",
            va="bottom" if hold else "top",
        )
    ax.set_yticks(range(len(lanes)), [f"buyer {buyer}" for buyer in lanes])
    ax.set(xlabel="seconds since the start", ylim=(len(lanes) - 0.3, -0.7))
    ax.grid(visible=False, axis="y")
    holds = int(history["what"].str.startswith("hold of").sum())
    calls = _counted(len(history) - holds, "call")
    return set_title(ax, f"{calls} of {_counted(len(lanes), 'buyer')}, {_counted(holds, 'hold')} in the tables")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
