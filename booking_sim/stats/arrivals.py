"""Who was planned to come when, and who comes: schedule -> frame."""

import numpy as np
import pandas as pd

from booking_sim.arrivals import Schedule
from booking_sim.stats.outcomes import nice_width

_AROUND_AN_INSTANT = 1.0
"""Seconds shown of a schedule that is over at once, so that it does not look like one that lasts."""


def arrival_rates(schedule: Schedule, bins: int = 100) -> pd.DataFrame:
    """Arrivals a second over a schedule, as planned and as drawn.

    Args:
        schedule: The arrivals.
        bins: How many bins there may be at most, besides one for those who come at the very end; their width is 1, 2
            or 5 times a power of ten.

    Returns:
        One row a bin: its start in seconds as the index; `planned`, what the profile leads to expect, and `drawn`, both
        in arrivals a second.
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
