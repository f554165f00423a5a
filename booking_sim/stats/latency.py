"""How long answers took: attempts -> numbers and frames. Percentiles are exact: each is a latency that was measured."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from booking_sim.errors import SettingError
from booking_sim.records.attempts import FAILURES
from booking_sim.stats.bins import cut, default_bins
from booking_sim.stats.outcomes import answer_times, reserving
from booking_sim.stats.requests import FOUND, Pieces, request_of

CLOCKS: Final = {"database": "sent_at", "dispatch": "queued_at", "scheduled": "scheduled_at"}
"""The three clocks, and the column that each starts at: when the request was sent; when a connection was requested; and
the planned instant. Only the last shows what a stall does to buyers who arrive during it: a generator that waits sends
less, and so measures less (Tene, "How NOT to Measure Latency", 2013: coordinated omission)."""

PERCENTS: Final = (50, 95, 99)


def answered(attempts: pd.DataFrame) -> pd.DataFrame:
    """The attempts that the database answered; an attempt that failed has no latency of its own."""
    return attempts[~attempts["outcome"].isin(FAILURES)]


def censored(attempts: pd.DataFrame, clock: str = "scheduled") -> pd.Series:
    """How long each answer took, also of those that did not come: these took longer than any that did.

    Args:
        attempts: One row per attempt, with the columns of `booking_sim.stats.requests`
            and `queued_at`, `sent_at` and `latency_ms`.
        clock: From when it counts, one of CLOCKS.

    Returns:
        Milliseconds, infinite where no answer came. By the scheduled clock, one for each
        request: to its final answer, by the index of its last attempt. By the other two,
        one for each attempt, without failed ones that were repeated; and by the database
        clock, without those that were not sent.

    Raises:
        SettingError: The clock is not one of CLOCKS.
    """
    if clock not in CLOCKS:
        raise SettingError(f"clock={clock!r} is invalid: expected one of {', '.join(CLOCKS)}.")
    request = request_of(attempts)
    failed = attempts["outcome"].isin(FAILURES)
    if clock == "scheduled":
        counts, begins = request["is_final"], request["requested_at"]
    else:
        counts, begins = request["is_final"] | ~failed, attempts[CLOCKS[clock]]
    if clock == "database":
        counts &= attempts["sent_at"].notna()
    latency = attempts["latency_ms"] + 1000 * (attempts["sent_at"] - begins)
    return latency.mask(failed, np.inf)[counts].rename("latency_ms")


def censored_in(pieces: Pieces, clock: str) -> npt.NDArray[np.float64]:
    """The same of attempts that are given a piece at a time, with the columns FOUND where they are not all in one."""
    columns = ("attempt", "outcome", *CLOCKS.values(), "latency_ms", *FOUND)
    return np.concatenate([censored(piece, clock) for piece in pieces(*columns)])


def latencies(attempts: pd.DataFrame, clock: str = "database") -> pd.Series:
    """How long each answer took.

    Args:
        attempts: One row per attempt, as SurgeResult.attempts.
        clock: From when it counts, one of CLOCKS.

    Returns:
        Milliseconds, as `censored` gives them, without those of which no answer came.

    Raises:
        SettingError: The clock is not one of CLOCKS.

    Example:
        The longest one in the database:

            from booking_sim import stats

            stats.latencies(result.attempts).max()

    See Also:
        percentiles: Some of their percentiles.
        curve: Their distribution.
    """
    latency = censored(attempts, clock)
    return latency[latency < np.inf]


def percentiles(attempts: pd.DataFrame, percents: Sequence[float] = PERCENTS, clock: str = "database") -> pd.Series:
    """The latencies that the given percentages did not exceed, of all requests, answered or not.

    Args:
        attempts: One row per attempt, as SurgeResult.attempts.
        percents: Which, from 0 to 100.
        clock: From when a latency counts, one of CLOCKS. By the scheduled clock, the
            percentiles are of requests, by the others of attempts.

    Returns:
        Milliseconds, by percent; infinite where fewer were answered ("not reached"),
        NaN where there was none.

    Example:
        What a person feels, from the planned instant:

            from booking_sim import stats

            stats.percentiles(result.attempts, clock="scheduled")

    See Also:
        percentiles_over_time: The same in each part of the run.
        curve: The whole distribution.
    """
    return at_percents(censored(attempts, clock).to_numpy(), percents)


def at_percents(latency: npt.NDArray[np.float64], percents: Sequence[float]) -> pd.Series:
    """The latencies that the given percentages did not exceed.

    Args:
        latency: As `censored` gives them.
        percents: Which, from 0 to 100.

    Returns:
        As `percentiles`.
    """
    ranks = np.maximum(np.ceil(np.asarray(percents) / 100 * latency.size - 1e-9).astype(int) - 1, 0)
    values = np.partition(latency, ranks)[ranks] if latency.size else [np.nan] * len(percents)
    return pd.Series(values, index=pd.Index(percents, name="percent"), name="latency_ms", dtype=float)


def percentiles_over_time(
    attempts: pd.DataFrame, percents: Sequence[float] = PERCENTS, clock: str = "database", bins: int | None = None
) -> pd.DataFrame:
    """Percentiles of the answers that came in each part of the run.

    Args:
        attempts: One row per attempt, as SurgeResult.attempts.
        percents: Which, from 0 to 100.
        clock: From when a latency counts, one of CLOCKS.
        bins: How many bins there may be at most; their width is 1, 2 or 5 times a power
            of ten. If not given, up to 50, with 100 answers each on average: of fewer,
            the 99th percentile is the slowest.

    Returns:
        One row per bin: its start in seconds as the index; a column for each percent,
        in milliseconds; and `answers`, their number. NaN where fewer were answered
        ("not reached"), as in `percentiles`.

    Example:
        When the 99th percentile was highest:

            from booking_sim import stats

            stats.percentiles_over_time(result.attempts)[99].idxmax()

    See Also:
        percentiles: The same of the whole run.
        booking_sim.plots.latency_over_time: The same as a picture.
    """
    attempts = attempts.reset_index(drop=True)
    latency = censored(attempts, clock)
    cuts = cut(answer_times(attempts.loc[latency.index]), default_bins(bins, 50, len(latency), 100))
    in_order = latency.replace(np.inf, np.nan).to_numpy()[np.lexsort((latency, cuts.number))]
    counts = np.bincount(cuts.number, minlength=len(cuts.starts))
    first = np.cumsum(counts) - counts
    answers = np.bincount(cuts.number[latency < np.inf], minlength=len(cuts.starts))
    frame = pd.DataFrame({"answers": answers}, index=cuts.starts)
    for percent in percents:
        rank = first + np.maximum(np.ceil(percent / 100 * counts).astype(int) - 1, 0)
        values = np.full(len(cuts.starts), np.nan)
        values[counts > 0] = in_order[rank[counts > 0]]
        frame[percent] = values
    return frame


def curve(attempts: pd.DataFrame, clock: str = "database") -> pd.DataFrame:
    """The share of requests that were answered within each latency.

    Args:
        attempts: One row per attempt, as SurgeResult.attempts.
        clock: From when a latency counts, one of CLOCKS.

    Returns:
        One row per answer, by latency: `latency_ms`, and the `percent` of all requests,
        answered or not, that took no longer. The last is the share answered.

    Example:
        All of it:

            from booking_sim import stats

            distribution = stats.curve(result.attempts)

    See Also:
        percentiles: Some points of it.
        booking_sim.plots.latency_curve: The same as a picture.
    """
    return distribution(censored(attempts, clock).to_numpy())


def distribution(every: npt.NDArray[np.float64], points: int | None = None) -> pd.DataFrame:
    """The share of requests that were answered within each latency.

    Args:
        every: The latencies, as `censored` gives them.
        points: As many of the answers as there are to be at most, the first and the last among them; None: all.

    Returns:
        As `curve`.
    """
    latency = np.sort(every)
    number = int(np.searchsorted(latency, np.inf))
    rows = np.arange(number) if points is None else np.linspace(0, number - 1, min(number, points)).astype(int)
    return pd.DataFrame({"latency_ms": latency[rows], "percent": 100 * (rows + 1) / max(every.size, 1)})


def time_to_final_answer(attempts: pd.DataFrame) -> pd.Series:
    """How long each buyer waited for the final answer to reserve, all retries and the pauses between them included.

    A call can be quick and the purchase slow: what a strategy saves in a call, its
    buyers may spend on calling again.

    Args:
        attempts: One row per attempt, as SurgeResult.attempts.

    Returns:
        Milliseconds by buyer, from the planned instant of the first attempt to the
        last answer; without buyers whose last attempt failed.

    Example:
        The median buyer, with all retries:

            from booking_sim import stats

            stats.time_to_final_answer(result.attempts).median()

    See Also:
        latencies: Of each attempt.
        final_outcomes: What the answer was.
    """
    in_order = reserving(attempts).sort_values("attempt", kind="stable")
    ends = in_order.assign(answered_at=answer_times(in_order)).groupby("buyer")[
        ["scheduled_at", "answered_at", "outcome"]
    ]
    first, last = ends.first(), ends.last()
    waited_ms = 1000 * (last["answered_at"] - first["scheduled_at"])
    return waited_ms[~last["outcome"].isin(FAILURES)].rename("waited_ms")
