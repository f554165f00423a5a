"""Who was planned to come when, and who comes: schedule -> frame."""

import numpy as np
import pandas as pd

from booking_sim.arrivals import Schedule
from booking_sim.records.attempts import Call
from booking_sim.stats.bins import cut, fair, nice_width

_AROUND_AN_INSTANT = 1.0
"""Seconds shown of a schedule that is over at once, so that it does not look like one that lasts."""


def arrival_rates(schedule: Schedule, bins: int = 100) -> pd.DataFrame:
    """Arrivals a second over a schedule, as planned and as drawn.

    Args:
        schedule: The arrivals.
        bins: How many bins there may be at most, besides one for those who come at the
            very end; their width is 1, 2 or 5 times a power of ten.

    Returns:
        One row a bin: its start in seconds as the index; `planned`, what the profile
        leads to expect, and `drawn`, both in arrivals a second.
    """
    length = schedule.end or _AROUND_AN_INSTANT
    width = nice_width(length, bins)
    edges = np.arange(np.floor(length / width) + 2) * width
    frame = pd.DataFrame(
        {
            "planned": np.diff(schedule.expected(edges)) / width,
            "drawn": np.diff(np.searchsorted(schedule.times, edges)) / width,
        },
        index=pd.Index(edges[:-1], name="seconds"),
    )
    # A schedule that ends where a bin does needs no bin after it, unless somebody comes in that instant.
    return frame if frame.iloc[-1].any() else frame.iloc[:-1]


def come_as_planned(attempts: pd.DataFrame) -> bool:
    """Whether buyers come when a plan says, and not when a connection is free: then they come and are planned at once.

    Args:
        attempts: One row an attempt, as SurgeResult.attempts.
    """
    first = attempts[attempts["attempt"] == 1]
    return bool((first["scheduled_at"] != first["queued_at"]).any())


def planned_and_sent(attempts: pd.DataFrame, bins: int | None = None) -> pd.DataFrame:
    """Buyers a second, by when their first call was planned, and by when it was sent.

    Args:
        attempts: One row an attempt, as SurgeResult.attempts.
        bins: How many bins there may be at most; their width is 1, 2 or 5 times a power
            of ten. If not given, up to 100, with 20 buyers each on average.

    Returns:
        One row a bin: its start in seconds as the index; `planned` and `sent`, both in
        buyers a second. A call that was never sent is missing from `sent`.
    """
    first = attempts[(attempts["attempt"] == 1) & (attempts["call"] == Call.RESERVE)]
    sent_at = first["sent_at"].dropna()
    moments = pd.concat([first["scheduled_at"], sent_at]).clip(lower=0)
    bin_of, starts = cut(moments, fair(bins, 100, len(first), 20))
    width = starts[1] - starts[0] if len(starts) > 1 else 1.0
    counts = (np.bincount(part, minlength=len(starts)) / width for part in np.split(bin_of, [len(first)]))
    return pd.DataFrame(dict(zip(("planned", "sent"), counts, strict=True)), index=starts)
