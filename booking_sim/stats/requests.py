"""Requests: the attempts that one buyer session makes until the answer is final. A person waits for a request."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

Pieces = Callable[..., Iterator[pd.DataFrame]]
"""Gives the columns of the attempts that it is asked for by name, a piece at a time, always in the same order."""

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


def whole(attempts: pd.DataFrame) -> Pieces:
    """Give a frame of attempts as one piece, with all of its columns."""
    return lambda *_: iter([attempts])


def with_requests(pieces: Pieces) -> Pieces:
    """Give the columns FOUND of the whole run too, beside those of its attempts.

    Only the requests that were repeated are in memory at once: of all others, the one attempt is the final one.
    """
    repeated = cache(lambda: _repeated(pieces))

    def give(*names: str) -> Iterator[pd.DataFrame]:
        if not {*names} & {*FOUND}:
            yield from pieces(*names)
            return
        begin = 0
        for piece in pieces(*dict.fromkeys((*(name for name in names if name not in FOUND), "scheduled_at"))):
            requested_at, is_final = piece["scheduled_at"].to_numpy(copy=True), np.ones(len(piece), dtype=bool)
            first, last = np.searchsorted(repeated().index, [begin, begin + len(piece)])
            some = repeated().iloc[first:last]
            requested_at[some.index - begin], is_final[some.index - begin] = some["requested_at"], some["is_final"]
            begin += len(piece)
            yield piece.assign(requested_at=requested_at, is_final=is_final)[[*names]]

    return give


def _repeated(pieces: Pieces) -> pd.DataFrame:
    """The columns FOUND of the attempts in all buyer sessions that repeated one, by the number of the attempt."""
    some = [_session(piece[piece["outcome"].isin(REPEATED)]) for piece in pieces("buyer", "session", "outcome")]
    sessions = np.unique(np.concatenate(some))
    parts, begin = [], 0
    for piece in pieces(*COLUMNS):
        rows = np.flatnonzero(np.isin(_session(piece), sessions))
        parts.append(piece.iloc[rows].set_axis(begin + rows))
        begin += len(piece)
    return request_of(pd.concat(parts))


def _session(attempts: pd.DataFrame) -> npt.NDArray[np.int64]:
    """The buyer and the session as one number."""
    buyer, session = (attempts[name].to_numpy(np.int64) for name in ("buyer", "session"))
    return np.asarray((buyer << 32) + session)


def _frame(
    attempts: pd.DataFrame, requested_at: npt.NDArray[np.floating[Any]], is_final: npt.NDArray[np.bool_]
) -> pd.DataFrame:
    return pd.DataFrame({"requested_at": requested_at, "is_final": is_final}, index=attempts.index)
