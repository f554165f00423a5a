"""What limited a surge: the generator, the connections, or the database."""

from collections.abc import Sequence
from typing import Final

import pandas as pd

_BUSY: Final = 0.9
"""A process that works this share of its time has none left to send more."""


def time_spent(attempts: pd.DataFrame) -> pd.Series:
    """Where the time of an average call went.

    Args:
        attempts: One row per attempt, as SurgeResult.attempts.

    Returns:
        Milliseconds: `generator`, from the plan to asking for a connection;
        `connections`, from there to sending it; `database`, from there to the answer.

    Example:
        The part of it in the database:

            from booking_sim import stats

            stats.time_spent(result.attempts)

    See Also:
        bottleneck: What was slowest, in a sentence.
    """
    return pd.Series(
        {
            "generator": 1000 * (attempts["queued_at"] - attempts["scheduled_at"]).mean(),
            "connections": 1000 * (attempts["sent_at"] - attempts["queued_at"]).mean(),
            "database": attempts["latency_ms"].mean(),
        },
        name="milliseconds",
    )


def bottleneck(attempts: pd.DataFrame, busy: Sequence[float] = ()) -> str | None:
    """Name what kept a surge from being faster.

    Args:
        attempts: One row per attempt, as SurgeResult.attempts.
        busy: The share of its time that each process of the generator was working.

    Returns:
        `generator` if a process of it had hardly a moment to spare, or else where an
        average call spent most of its time: one of the words of `time_spent`. None if
        nothing was sent.

    Example:
        What to make faster first:

            from booking_sim import stats

            stats.bottleneck(result.attempts)

    See Also:
        time_spent: Where the time went.
    """
    if max(busy, default=0.0) > _BUSY:
        return "generator"
    spent = time_spent(attempts).dropna()
    return str(spent.idxmax()) if len(spent) == 3 else None
