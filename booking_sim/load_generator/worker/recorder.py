"""Collects what came of one worker's calls until the next batch leaves for the parent."""

import pickle
from array import array
from collections import Counter
from itertools import repeat

from booking_sim.load_generator.worker.decoding import decode_hold, decode_intent
from booking_sim.load_generator.worker.messages import Batch
from booking_sim.load_generator.worker.wish import Wish
from booking_sim.records.attempts import Attempt

_TYPES = {
    "buyer": "i",
    "attempt": "i",
    "event": "q",
    "worker": "i",
    "scheduled_at": "d",
    "queued_at": "d",
}
"""Columns that every attempt has, as numbers side by side: they travel and wait in a tenth of the room."""


class Recorder:
    """What came of calls, and of the buyers who had their last word, since the last batch.

    An answer is only put aside here: to write them down together later keeps nobody waiting, and costs less.

    Args:
        worker: Whose.

    Attributes:
        started_at: The start of the run, an instant of `time.monotonic()`.
        buyers_done: How many buyers had their last word.
        calls_wanted: How many calls buyers came to want.
    """

    def __init__(self, worker: int) -> None:
        self._worker = worker
        self._over: list[Wish] = []
        self._connecting = Counter[str]()
        self.started_at = float("inf")
        self.buyers_done = 0
        self.calls_wanted = 0
        self.add = self._over.append

    def connection_lost(self, reason: str) -> None:
        """Count a connection that was lost, or could not be made."""
        self._connecting[reason] += 1

    def take(self) -> Batch:
        """Hand over what came since this was last asked."""
        rows = [self._attempt(wish) for wish in self._over]
        self._over.clear()
        columns = dict(zip(Attempt._fields, zip(*rows, strict=True) if rows else repeat(()), strict=bool(rows)))
        packed = [array(_TYPES[name], column) if name in _TYPES else column for name, column in columns.items()]
        batch = Batch(
            attempts=pickle.dumps(packed, pickle.HIGHEST_PROTOCOL),
            latencies_ms=array("d", [latency for latency in columns["latency_ms"] if latency is not None]),
            outcomes=dict(Counter(columns["outcome"])),
            buyers_done=self.buyers_done,
            calls_wanted=self.calls_wanted,
            connecting=dict(self._connecting),
        )
        self.buyers_done = self.calls_wanted = 0
        self._connecting.clear()
        return batch

    def _attempt(self, wish: Wish) -> tuple[object, ...]:
        """The fields of Attempt, in their order; a deadline in microseconds since 1970."""
        start, buyer, link, sent_at, outcome = self.started_at, wish.buyer, wish.link, wish.sent_at, wish.outcome
        intent_id, ticket_nos, expires_at, depth = wish.intent_id, None, None, wish.depth
        if outcome == "held":
            intent_id = decode_intent(wish.row)
            ticket_nos, expires_at = decode_hold(wish.row)
        return (
            buyer.number,
            buyer.kind,
            wish.attempt,
            wish.call,
            buyer.event_id,
            self._worker,
            None if link is None else link.number,
            wish.scheduled_at - start,
            wish.wanted_at - start,
            None if sent_at is None else sent_at - start,
            None if sent_at is None else (wish.answered_at - sent_at) * 1000,
            outcome,
            intent_id,
            ticket_nos,
            expires_at,
            wish.sqlstate,
            wish.error,
            wish.phase,
            None if depth is None else depth.locked,
            None if depth is None else depth.dead,
        )
