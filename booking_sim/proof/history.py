"""The history of a run: each attempt as a call that was invoked and then ok, failed or unknown, beside the tables.

In seconds since the start of the run, on two clocks: `sent` and `answered` of a call by the client's; `held_at`,
`deadline` and `ended_at` of a hold, and the deadline of an answer, by the database's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from functools import cached_property
from typing import Any, Final, Self

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]  # it brings no types
import pyarrow.compute as pc  # type: ignore[import-untyped]
from numpy.typing import NDArray

from booking_sim.records.attempts import FAILURES, Call, Phase
from booking_sim.records.columns import joined
from booking_sim.records.recorded import RecordedAttempts
from booking_sim.scenario.scenario import Scenario

_EVENT_SHIFT, _BUYER_SHIFT = 40, 12
"""A thousand sessions of ten million buyers at any event, in one number."""
_MIX = (0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
"""The multipliers of SplitMix64."""


class Fate(IntEnum):
    """What is known of a call."""

    OK = 0
    """The database answered."""
    FAILED = 1
    """The database answered with an error: nothing was done."""
    UNKNOWN = 2
    """It was sent, and its answer is lost: it may have been done at any time since, or never."""
    UNSENT = 3
    """It was never sent."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What else a history is judged by.

    Attributes:
        tickets: Of each event.
        hold_s: How long each hold lasts, in seconds.
        started_at: The start of the run by the database's clock.
        read_at: When the tables were read, in seconds since then.
        workers: How many workers played the buyers: buyer n was played by worker n modulo this.
        lost_workers: Those of which some attempts are not recorded, since they were killed or cut off.
        outside_locks: Whether somebody else can have had locks on the tickets.
    """

    tickets: int
    hold_s: float
    started_at: datetime
    read_at: float
    workers: int
    lost_workers: Sequence[int] = ()
    outside_locks: bool = False

    @classmethod
    def of(
        cls,
        scenario: Scenario,
        *,
        started_at: str,
        read_at: float,
        lost_workers: Sequence[int],
    ) -> Self:
        """Those of a scenario that was run; the rest as a manifest has it.

        A strategy other than the default has a scratch database, and nobody else comes there.
        """
        return cls(
            tickets=scenario.tickets,
            hold_s=scenario.seconds(scenario.hold),
            started_at=datetime.fromisoformat(started_at),
            read_at=read_at,
            workers=scenario.workers,
            lost_workers=lost_workers,
            outside_locks=scenario.strategy == "default",
        )


_OF_A_CALL: Final = ("buyer", "session", "event", "quantity", "call", "sent_at", "latency_ms", "outcome", "phase")
JUDGED: Final = (*_OF_A_CALL, "intent_id", "ticket_nos", "hold_expires_at")
"""The columns of the attempts that are judged."""

_REFUSALS: Final = ("sold_out", "contended")


@dataclass(frozen=True)
class History:
    """Attempts and holds as columns of numbers.

    Attributes:
        circumstances: What else it is judged by.
        calls: One row per attempt that changed something, or may have: all but `futile`. `buyer`, `session`, `event`,
            `call`, `outcome`, `quantity`, `fate` (of Fate), `intent_id` (0: none), `sent`, `answered` (infinite if it
            may still come), `deadline` and `tickets`, the fingerprint of the ticket numbers.
        ticket_nos: The ticket numbers of each of these; nothing of one that got none.
        holds: One row per hold in the tables, `intent_id` as the index: the columns of the holds frame, `buyer` -1 if
            it is none of the run, and `tickets`, the same fingerprint.
        ended: The last instant that a client recorded.
        attempts: All attempts, where they are recorded.
    """

    circumstances: Circumstances
    calls: pd.DataFrame
    ticket_nos: pd.Series
    holds: pd.DataFrame
    ended: float
    attempts: RecordedAttempts

    @classmethod
    def of(cls, attempts: RecordedAttempts, holds: pd.DataFrame, circumstances: Circumstances) -> Self:
        """Take a history from the attempts and the holds of a result."""
        kept, ended = [], 0.0
        for piece in attempts.pieces(*JUDGED):
            calls = _as_calls(piece)
            answered = calls["answered"].to_numpy()
            instants = np.concatenate([calls["sent"].to_numpy(), answered[np.isfinite(answered)]])
            ended = float(np.fmax.reduce(instants, initial=ended))
            changing = ~_is_futile(calls)
            kept.append(_with_answers(calls[changing], piece[changing], circumstances))
        calls = joined(kept)
        rows = holds.assign(
            buyer=holds["buyer"].fillna(-1).to_numpy(np.int64),
            session=holds["session"].to_numpy(np.int64),
            quantity=holds["quantity"].to_numpy(np.int64),
            tickets_agree=holds["tickets_agree"].to_numpy(np.int64),
            tickets=fingerprints(holds["ticket_nos"]),
        )
        return cls(circumstances, calls, calls.pop("ticket_nos"), rows.set_index("intent_id"), ended, attempts)

    def futile(self) -> Iterator[pd.DataFrame]:
        """The calls that changed nothing for sure: requests that were refused, failed, or were never sent.

        They are most calls of a run, so they are read anew each time, and only some of them are in memory at once.

        Yields:
            Frames with the columns of `calls` up to `fate`, and `sent` and `answered`.
        """
        for piece in self.attempts.pieces(*_OF_A_CALL):
            calls = _as_calls(piece)
            yield calls[_is_futile(calls)].reset_index(drop=True)

    @cached_property
    def place(self) -> NDArray[np.intp]:
        """The row in `holds` of each call's intent; -1: there is none."""
        return self.holds.index.get_indexer(pd.Index(self.calls["intent_id"]))

    @cached_property
    def call_key(self) -> NDArray[np.int64]:
        """What a call asks for, as one number: two calls with the same are one request, repeated."""
        return keys(self.calls)

    @cached_property
    def hold_key(self) -> NDArray[np.int64]:
        """The same of the request that a hold came from; negative if it is none of the run."""
        return np.where(self.holds["buyer"] >= 0, keys(self.holds), -1)

    @cached_property
    def hold_is_unrecorded(self) -> NDArray[np.bool_]:
        """Whether the calls of a hold's buyer may not all be recorded."""
        return self._is_unrecorded(self.holds["buyer"].to_numpy())

    @cached_property
    def call_is_unrecorded(self) -> NDArray[np.bool_]:
        """The same of each call's buyer."""
        return self._is_unrecorded(self.calls["buyer"].to_numpy())

    @property
    def is_incomplete(self) -> bool:
        """Whether calls may have been made that are not recorded."""
        return bool(self.circumstances.lost_workers)

    def _is_unrecorded(self, buyer: NDArray[np.int64]) -> NDArray[np.bool_]:
        lost = np.isin(buyer % self.circumstances.workers, list(self.circumstances.lost_workers))
        return np.asarray((buyer >= 0) & lost)

    def answers(self, call: Call, *outcomes: str) -> NDArray[np.bool_]:
        """Which calls are of one kind and were answered with one of these words."""
        return np.asarray((self.calls["call"] == call) & self.calls["outcome"].isin(outcomes))

    def unknown(self, call: Call) -> NDArray[np.bool_]:
        """Which calls of one kind may have been done, and nobody knows."""
        return np.asarray((self.calls["call"] == call) & (self.calls["fate"] == Fate.UNKNOWN))


def fingerprints(lists: pd.Series) -> NDArray[np.uint64]:
    """Give each list of ticket numbers one number: the same for the same tickets in any order; 0 of none.

    Two different lists get the same with a probability of about 1 in 10^19: a fault could be missed, and nothing that
    is right is accused.
    """
    ends, numbers = flat(lists)
    mixed = numbers.astype(np.uint64)
    for shift, multiplier in zip((30, 27), _MIX, strict=True):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(multiplier)
    sums = np.concatenate([[np.uint64(0)], np.cumsum(mixed ^ (mixed >> np.uint64(31)), dtype=np.uint64)])
    fingerprint: NDArray[np.uint64] = np.diff(sums[np.concatenate([[0], ends])])
    return fingerprint


def flat(lists: pd.Series) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Lay lists of numbers end to end.

    Returns:
        Where each list ends, and the numbers.
    """
    array: Any = pa.array(lists)
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    lengths = pc.fill_null(pc.list_value_length(array), 0).to_numpy(zero_copy_only=False)
    return np.cumsum(lengths, dtype=np.int64), pc.list_flatten(array).to_numpy(zero_copy_only=False).astype(np.int64)


def _as_calls(attempts: pd.DataFrame) -> pd.DataFrame:
    fate = _fates(attempts)
    answered = attempts["sent_at"].to_numpy() + attempts["latency_ms"].to_numpy() / 1000
    return pd.DataFrame(
        {
            "buyer": attempts["buyer"].to_numpy(),
            "session": attempts["session"].to_numpy(),
            "event": attempts["event"].to_numpy(),
            "call": attempts["call"].array,
            "outcome": attempts["outcome"].array,
            "quantity": attempts["quantity"].to_numpy(np.int64),
            "fate": fate,
            "sent": attempts["sent_at"].to_numpy(),
            "answered": np.where(fate == Fate.UNKNOWN, np.inf, answered),
        }
    )


def _is_futile(calls: pd.DataFrame) -> NDArray[np.bool_]:
    nothing_done = calls["outcome"].isin(_REFUSALS) | calls["fate"].isin([Fate.FAILED, Fate.UNSENT])
    return np.asarray((calls["call"] == Call.RESERVE) & nothing_done)


def _with_answers(calls: pd.DataFrame, attempts: pd.DataFrame, circumstances: Circumstances) -> pd.DataFrame:
    """Some calls with what only an answer has that changed something, and their ticket numbers."""
    start = pd.Timestamp(circumstances.started_at)
    return calls.assign(
        intent_id=attempts["intent_id"].fillna(0).to_numpy(np.int64),
        deadline=(attempts["hold_expires_at"] - start).dt.total_seconds().to_numpy(),
        tickets=fingerprints(attempts["ticket_nos"]),
        ticket_nos=attempts["ticket_nos"].array,
    )


def _fates(attempts: pd.DataFrame) -> NDArray[np.int8]:
    failed = attempts["outcome"].isin(FAILURES)
    rolled_back = attempts["phase"] == Phase.ANSWERED
    fates = np.select(
        [~failed, attempts["sent_at"].isna(), rolled_back], [Fate.OK, Fate.UNSENT, Fate.FAILED], Fate.UNKNOWN
    )
    return fates.astype(np.int8)


def keys(frame: pd.DataFrame) -> NDArray[np.int64]:
    """The event, the buyer and the session: a request key each."""
    event, buyer, session = (frame[name].to_numpy(np.int64) for name in ("event", "buyer", "session"))
    return np.asarray((event << _EVENT_SHIFT) + (buyer << _BUYER_SHIFT) + session)
