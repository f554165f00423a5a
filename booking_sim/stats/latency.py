"""How long answers took: attempts -> numbers and frames. Percentiles are exact: each is a latency that was measured."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from booking_sim.errors import SettingError
from booking_sim.records.attempts import FAILURES
from booking_sim.stats.bins import cut, fair
from booking_sim.stats.outcomes import answer_times

CLOCKS: Final = {"database": "sent_at", "dispatch": "wanted_at", "schedule": "scheduled_at"}
"""From when a latency counts, and the column that says so: from sending the call; from asking for a connection; or from
the moment at which the call was planned. Only the last shows what a stall does to those who come during it: a generator
that waits sends less, and so measures less (Tene, "How NOT to Measure Latency", 2013: coordinated omission)."""

PERCENTS: Final = (50, 95, 99)


def answered(attempts: pd.DataFrame) -> pd.DataFrame:
    """The attempts that the database answered; an attempt that failed has no latency of its own."""
    return attempts[~attempts["outcome"].isin(FAILURES)]


def latencies(attempts: pd.DataFrame, clock: str = "database") -> pd.Series:
    """How long each answer took.

    Args:
        attempts: One row an attempt, as SurgeResult.attempts.
        clock: From when it counts, one of CLOCKS.

    Returns:
        Milliseconds, with the attempts' index; without those that were not answered.

    Raises:
        BookingSimError: There is no such clock.
    """
    if clock not in CLOCKS:
        raise SettingError(f"clock={clock!r} is none: choose from {', '.join(CLOCKS)}.")
    answers = answered(attempts)
    waited_s = answers["sent_at"] - answers[CLOCKS[clock]]
    return (answers["latency_ms"] + 1000 * waited_s).rename("latency_ms")


def percentiles(attempts: pd.DataFrame, percents: Sequence[float] = PERCENTS, clock: str = "database") -> pd.Series:
    """The latencies that so many percent of the answers did not exceed.

    Args:
        attempts: One row an attempt, as SurgeResult.attempts.
        percents: Which, from 0 to 100.
        clock: From when a latency counts, one of CLOCKS.

    Returns:
        Milliseconds, by percent; not a number where nothing was answered.
    """
    latency = latencies(attempts, clock).to_numpy()
    values = np.percentile(latency, percents, method="inverted_cdf") if latency.size else [np.nan] * len(percents)
    return pd.Series(values, index=pd.Index(percents, name="percent"), name="latency_ms", dtype=float)


def percentiles_over_time(
    attempts: pd.DataFrame, percents: Sequence[float] = PERCENTS, clock: str = "database", bins: int | None = None
) -> pd.DataFrame:
    """The same percentiles, of the answers that came in each part of the run.

    Args:
        attempts: One row an attempt, as SurgeResult.attempts.
        percents: Which, from 0 to 100.
        clock: From when a latency counts, one of CLOCKS.
        bins: How many bins there may be at most; their width is 1, 2 or 5 times a power
            of ten. If not given, up to 50, with 100 answers each on average: of fewer,
            the 99th percentile is the slowest.

    Returns:
        One row a bin: its start in seconds as the index, a column for each percent, in
        milliseconds; and `answers`, of which there were so many. Not a number where
        there was none.
    """
    answers = answered(attempts)
    latency = latencies(answers, clock)
    bin_of, starts = cut(answer_times(answers), fair(bins, 50, len(answers), 100))
    in_order = latency.to_numpy()[np.lexsort((latency, bin_of))]
    counts = np.bincount(bin_of, minlength=len(starts))
    first = np.cumsum(counts) - counts
    frame = pd.DataFrame({"answers": counts}, index=starts)
    for percent in percents:
        rank = first + np.maximum(np.ceil(percent / 100 * counts).astype(int) - 1, 0)
        values = np.full(len(starts), np.nan)
        values[counts > 0] = in_order[rank[counts > 0]]
        frame[percent] = values
    return frame


def curve(attempts: pd.DataFrame, clock: str = "database") -> pd.DataFrame:
    """The share of answers that came within each latency.

    Args:
        attempts: One row an attempt, as SurgeResult.attempts.
        clock: From when a latency counts, one of CLOCKS.

    Returns:
        One row an answer, by latency: `latency_ms`, and `percent` of the answers that
        took no longer.
    """
    latency = np.sort(latencies(attempts, clock).to_numpy())
    return pd.DataFrame({"latency_ms": latency, "percent": 100 * np.arange(1, latency.size + 1) / max(latency.size, 1)})
