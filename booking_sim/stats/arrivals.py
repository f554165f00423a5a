"""Arrivals per second, as planned and as they came: schedule or attempts -> frame."""

import numpy as np
import pandas as pd

from booking_sim.arrivals import Schedule
from booking_sim.records.attempts import Call
from booking_sim.stats.bins import cut, default_bins, nice_width

_AROUND_AN_INSTANT = 1.0
"""Seconds shown of a schedule that is over at once, so that it can be distinguished from one that lasts."""


def arrival_rates(schedule: Schedule, bins: int = 100) -> pd.DataFrame:
    """Arrivals per second over a schedule, as planned and as drawn.

    Args:
        schedule: The arrivals.
        bins: How many bins there may be at most, besides one for arrivals at the very
            end; their width is 1, 2 or 5 times a power of ten.

    Returns:
        One row per bin: its start in seconds as the index; `planned`, what the profile
        leads to expect, and `drawn`, both in arrivals per second.

    Example:
        The highest planned rate:

            from booking_sim import Scenario, stats

            schedule = Scenario(arrivals="constant(rate=50, duration=10s)").schedule
            assert schedule is not None
            stats.arrival_rates(schedule).max()

    See Also:
        planned_and_sent: The plan beside what was sent.
        booking_sim.plots.arrivals_over_time: The same as a picture.
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


def is_open_loop(attempts: pd.DataFrame) -> bool:
    """Whether buyers came at planned instants (an open loop), and not whenever a connection was free (a closed loop).

    Args:
        attempts: One row per attempt, as SurgeResult.attempts.

    Returns:
        True if any first attempt was planned for another instant than the one at which
        its buyer requested a connection.
    """
    return bool(((attempts["scheduled_at"] != attempts["queued_at"]) & (attempts["attempt"] == 1)).any())


def planned_and_sent(attempts: pd.DataFrame, bins: int | None = None) -> pd.DataFrame:
    """Buyers per second, by the planned instant of their first call, and by when it was sent.

    Args:
        attempts: One row per attempt, as SurgeResult.attempts.
        bins: How many bins there may be at most; their width is 1, 2 or 5 times a power
            of ten. If not given, up to 100, with 20 buyers each on average.

    Returns:
        One row per bin: its start in seconds as the index; `planned` and `sent`, both
        in buyers per second. A call that was never sent is missing from `sent`.

    Example:
        How far the generator was behind its plan:

            from booking_sim import stats

            stats.planned_and_sent(result.attempts).cumsum().diff(axis=1).min()

    See Also:
        arrival_rates: The plan alone.
        booking_sim.plots.planned_and_sent: The same as a picture.
    """
    first = attempts[(attempts["attempt"] == 1) & (attempts["call"] == Call.RESERVE)]
    sent_at = first["sent_at"].dropna()
    instants = pd.concat([first["scheduled_at"], sent_at]).clip(lower=0)
    cuts = cut(instants, default_bins(bins, 100, len(first), 20))
    planned, sent = np.split(cuts.number, [len(first)])
    rates = {
        name: np.bincount(part, minlength=len(cuts.starts)) / cuts.width
        for name, part in (("planned", planned), ("sent", sent))
    }
    return pd.DataFrame(rates, index=cuts.starts)
