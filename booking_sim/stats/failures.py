"""Which calls failed, and with which errors: attempts -> frame."""

from typing import Final

import pandas as pd

ERRORS: Final = ("error", "unknown")
"""Outcomes that no buyer asks for: an error of the database, and an answer that was lost on its way."""


def common_errors(attempts: pd.DataFrame) -> pd.DataFrame:
    """Count the failed calls by what went wrong, the most common first.

    Args:
        attempts: One row per attempt, as SurgeResult.attempts.

    Returns:
        One row per `call`, `sqlstate` (empty if the connection was lost) and `error`,
        in words: its `count`.
    """
    failed = attempts.loc[attempts["outcome"].isin(ERRORS), ["call", "sqlstate", "error"]].astype(object).fillna("")
    counted = failed.value_counts().rename("count").reset_index()
    return counted.sort_values(["count", "call", "error"], ascending=[False, True, True], ignore_index=True)
