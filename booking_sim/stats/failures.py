"""Which calls failed, and with which errors: attempts -> frame."""

from collections.abc import Iterable
from typing import Final

import pandas as pd

ERRORS: Final = ("error", "unknown")
"""Outcomes that no buyer asks for: an error of the database, and an answer that was lost on its way."""

_WHAT: Final = ["call", "sqlstate", "error"]


def common_errors(attempts: pd.DataFrame) -> pd.DataFrame:
    """Count the failed calls by what went wrong, the most common first.

    Args:
        attempts: One row per attempt, as SurgeResult.attempts.

    Returns:
        One row per `call`, `sqlstate` (empty if the connection was lost) and `error`,
        in words: its `count`.

    Example:
        The most common one:

            from booking_sim import stats

            stats.common_errors(result.attempts).head(1)

    See Also:
        final_outcomes: The final outcome of each buyer.
    """
    return errors_of([attempts])


def errors_of(pieces: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """The same of attempts that are given a piece at a time."""
    counts: pd.DataFrame = pd.concat([_counts(piece) for piece in pieces]).groupby(_WHAT).sum().reset_index()
    return counts.sort_values(["count", "call", "error"], ascending=[False, True, True], ignore_index=True)


def _counts(attempts: pd.DataFrame) -> pd.Series:
    failed = attempts.loc[attempts["outcome"].isin(ERRORS), _WHAT].astype(object).fillna("")
    return failed.value_counts().rename("count")
