"""Collects the requests of one worker that have ended, until the next batch is sent to the parent."""

import pickle
from array import array
from collections import Counter
from itertools import repeat

from booking_sim.load_generator.worker.decoding import decode_hold, decode_intent
from booking_sim.load_generator.worker.request import Request
from booking_sim.records.attempts import Attempt
from booking_sim.records.batch import Batch

_TYPES = {
    "buyer": "i",
    "session": "i",
    "attempt": "i",
    "event": "q",
    "worker": "i",
    "scheduled_at": "d",
    "queued_at": "d",
    "quantity": "i",
}
"""Columns without missing values, as arrays of numbers: they take a tenth of the memory."""


class Recorder:
    """What happened since the last batch.

    A request that ended is only put aside here. To encode many together is cheaper, and delays no other request.

    Args:
        worker: The number of the worker.

    Attributes:
        started_at: The start of the run, an instant of `time.monotonic()`.
        buyers_done: How many buyers left.
        requests_queued: How many requests were queued for a connection.
        add: Put a request aside that has ended.
    """

    def __init__(self, worker: int) -> None:
        self._worker = worker
        self._ended: list[Request] = []
        self._connecting = Counter[str]()
        self.started_at = float("inf")
        self.buyers_done = 0
        self.requests_queued = 0
        self.add = self._ended.append

    def connection_lost(self, reason: str) -> None:
        """Count a connection that was lost, or could not be made."""
        self._connecting[reason] += 1

    def take(self) -> Batch:
        """Hand over what happened since the last call."""
        rows = list(map(self._attempt, self._ended))
        self._ended.clear()
        columns = dict(zip(Attempt._fields, zip(*rows, strict=True) if rows else repeat(()), strict=bool(rows)))
        packed = [array(_TYPES[name], column) if name in _TYPES else column for name, column in columns.items()]
        batch = Batch(
            attempts=pickle.dumps(packed, pickle.HIGHEST_PROTOCOL),
            latencies_ms=array("d", [latency for latency in columns["latency_ms"] if latency is not None]),
            outcomes=dict(Counter(columns["outcome"])),
            buyers_done=self.buyers_done,
            requests_queued=self.requests_queued,
            connecting=dict(self._connecting),
        )
        self.buyers_done = self.requests_queued = 0
        self._connecting.clear()
        return batch

    def _attempt(self, request: Request) -> tuple[object, ...]:
        """The fields of Attempt, in their order; a deadline in microseconds since 1970."""
        start, buyer, connection, sent_at = self.started_at, request.buyer, request.connection, request.sent_at
        outcome, ended_at, row, depth, phase, sqlstate, error = request.result
        intent_id, ticket_nos, expires_at = request.intent_id, None, None
        if outcome in {"held", "hold_expired"}:
            intent_id = decode_intent(row)
            ticket_nos, expires_at = decode_hold(row)
        return (
            buyer.number,
            buyer.kind,
            request.session_no,
            request.attempt,
            request.call,
            buyer.event_id,
            self._worker,
            None if connection is None else connection.number,
            request.scheduled_at - start,
            request.queued_at - start,
            None if sent_at is None else sent_at - start,
            None if sent_at is None else (ended_at - sent_at) * 1000,
            outcome,
            intent_id,
            ticket_nos,
            expires_at,
            sqlstate,
            error,
            phase,
            None if depth is None else depth.locked,
            None if depth is None else depth.dead,
            request.quantity,
            request.repeats,
            request.is_first_call,
        )
