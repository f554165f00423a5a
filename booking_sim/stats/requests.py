"""Requests: the attempts that one buyer session makes until the answer is final. A person waits for a request."""

from collections.abc import Callable
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

Columns = Callable[..., pd.DataFrame]
"""Gives the columns of the attempts that it is asked for by name, their rows always in the same order."""

REPEATED: Final = ("contended", "unknown", "error")
"""Outcomes after which a buyer session makes the same call again, as often as its kind and its strategy allow."""

COLUMNS: Final = ("buyer", "session", "attempt", "call", "outcome", "scheduled_at")
"""The columns that `request_of` needs."""

FOUND: Final = ("requested_at", "is_final")
"""The columns that it gives."""


def request_of(attempts: pd.DataFrame) -> pd.DataFrame:
    """Find the request of each attempt.

    An attempt belongs to the same request as the one before it of the same buyer
    session if it is the same call, and that one ended in one of REPEATED.

    Args:
        attempts: One row per attempt, with at least COLUMNS; or a part of a run, with the
            columns FOUND of the whole run, which then stay.

    Returns:
        With the index of the attempts: `requested_at`, the planned instant of the first
        attempt of its request, in seconds since the start; and `is_final`, whether it
        is the last attempt of its request.
    """
    repeated = attempts["outcome"].isin(REPEATED).to_numpy()
    if {*FOUND} <= {*attempts.columns}:
        return attempts[[*FOUND]]
    scheduled_at = attempts["scheduled_at"].to_numpy()
    if not repeated.any():
        return _frame(attempts, scheduled_at, np.ones(len(attempts), dtype=bool))
    order = np.lexsort([attempts[name] for name in ("attempt", "session", "buyer")])
    calls = pd.factorize(attempts["call"])[0]
    same = repeated[order[:-1]]
    for column in (attempts["buyer"].to_numpy(), attempts["session"].to_numpy(), calls):
        same &= column[order[1:]] == column[order[:-1]]
    begins = np.concatenate([[True], ~same])
    first = np.maximum.accumulate(np.where(begins, np.arange(len(order)), 0))
    requested_at, is_final = np.empty(len(order)), np.empty(len(order), dtype=bool)
    requested_at[order] = scheduled_at[order][first]
    is_final[order] = np.concatenate([~same, [True]])
    return _frame(attempts, requested_at, is_final)


def with_requests(columns: Columns) -> Columns:
    """Give the columns FOUND of the whole run too, beside those of its attempts."""

    @cache
    def found() -> pd.DataFrame:
        return request_of(columns(*COLUMNS))

    def give(*names: str) -> pd.DataFrame:
        frame = columns(*(name for name in names if name not in FOUND))
        return frame.assign(**{name: found()[name] for name in names if name in FOUND})

    return give


def _frame(
    attempts: pd.DataFrame, requested_at: npt.NDArray[np.floating[Any]], is_final: npt.NDArray[np.bool_]
) -> pd.DataFrame:
    return pd.DataFrame({"requested_at": requested_at, "is_final": is_final}, index=attempts.index)
