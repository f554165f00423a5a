"""Collects the attempts of one worker until the next batch leaves for the parent."""

import pickle
from array import array
from collections import Counter
from itertools import repeat
from typing import Any

from booking_sim.attempts import Attempt
from booking_sim.surge.messages import Batch

_TYPES = {
    "buyer": "i",
    "attempt": "i",
    "event": "q",
    "worker": "i",
    "scheduled_at": "d",
    "wanted_at": "d",
}
"""Columns that every attempt has, as numbers side by side: they travel and wait in a tenth of the room."""


class Recorder:
    """The attempts, and the buyers who had their last word, since the last batch."""

    def __init__(self) -> None:
        self._rows: list[tuple[Any, ...]] = []
        self._buyers_done = 0
        self._calls_wanted = 0
        self._connecting = Counter[str]()

    def add(self, row: tuple[Any, ...]) -> None:
        """Write one attempt down: the fields of Attempt, in their order; a deadline in microseconds since 1970."""
        self._rows.append(row)

    def call_wanted(self) -> None:
        """Count a call that a buyer wants an answer to from now on."""
        self._calls_wanted += 1

    def buyer_done(self) -> None:
        """Count a buyer who has had the last word."""
        self._buyers_done += 1

    def connection_lost(self, reason: str) -> None:
        """Count a connection that was lost, or could not be made."""
        self._connecting[reason] += 1

    def take(self) -> Batch:
        """Hand over what came since this was last asked."""
        rows, self._rows = self._rows, []
        buyers_done, self._buyers_done = self._buyers_done, 0
        calls_wanted, self._calls_wanted = self._calls_wanted, 0
        connecting, self._connecting = dict(self._connecting), Counter()
        columns = dict(zip(Attempt._fields, zip(*rows, strict=True) if rows else repeat(()), strict=bool(rows)))
        packed = [array(_TYPES[name], column) if name in _TYPES else column for name, column in columns.items()]
        return Batch(
            attempts=pickle.dumps(packed, pickle.HIGHEST_PROTOCOL),
            latencies_ms=array("d", [latency for latency in columns["latency_ms"] if latency is not None]),
            outcomes=dict(Counter(columns["outcome"])),
            buyers_done=buyers_done,
            calls_wanted=calls_wanted,
            connecting=connecting,
        )
