"""How long answers took: attempts -> numbers and frames. Percentiles are exact: each is a latency that was measured."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from booking_sim.attempts import FAILURES


def answered(attempts: pd.DataFrame) -> pd.DataFrame:
    """The attempts that the database answered; an attempt that failed has no latency of its own."""
    return attempts[~attempts["outcome"].isin(FAILURES)]


def percentiles(attempts: pd.DataFrame, percents: Sequence[float] = (50, 95, 99)) -> pd.Series:
    """The latencies that so many percent of the answers did not exceed.

    Args:
        attempts: One row an attempt, as SurgeResult.attempts.
        percents: Which, from 0 to 100.

    Returns:
        Milliseconds, by percent; not a number where nothing was answered.
    """
    latency = answered(attempts)["latency_ms"].to_numpy()
    values = np.percentile(latency, percents, method="inverted_cdf") if latency.size else [np.nan] * len(percents)
    return pd.Series(values, index=pd.Index(percents, name="percent"), name="latency_ms", dtype=float)


def curve(attempts: pd.DataFrame) -> pd.DataFrame:
    """The share of answers that came within each latency.

    Args:
        attempts: One row an attempt, as SurgeResult.attempts.

    Returns:
        One row an answer, by latency: `latency_ms`, and `percent` of the answers that took no longer.
    """
    latency = np.sort(answered(attempts)["latency_ms"].to_numpy())
    return pd.DataFrame({"latency_ms": latency, "percent": 100 * np.arange(1, latency.size + 1) / max(latency.size, 1)})
