"""One call of a buyer, from its plan to its end, and the buyer who makes it."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from booking_sim.load_generator.worker.raw_connection import REPEAT, RawConnection, Row
from booking_sim.records.attempts import Call, Phase
from booking_sim.skip_depth.measure import Depth

_STATEMENTS = {call: call.encode() for call in Call}


class RequestState(Enum):
    """How far a request has come."""

    PLANNED = "planned"
    """Its buyer does something else first."""
    QUEUED = "queued"
    """It waits for a connection."""
    SENT = "sent"
    """It is on its way to the server, or back."""
    ENDED = "ended"
    """It has a result."""


class Result(NamedTuple):
    """How a request ended."""

    outcome: str
    """One of `records.attempts.OUTCOMES` or `PAYMENTS`."""
    at: float
    """When, an instant of `time.monotonic()`."""
    row: Row = ()
    """The answer of the database; empty if there was none."""
    depth: Depth | None = None
    """The skip depth, if it was measured."""
    phase: Phase | None = None
    """How far a request that failed had come."""
    sqlstate: str | None = None
    """Of an error that the server answered with."""
    error: str | None = None
    """What went wrong, in one line."""


Session = Generator["Request | float", None, None]
"""A buyer session. It yields a request and goes on when that has ended, or it yields seconds to pause."""


@dataclass(slots=True)
class Buyer:
    """One simulated person.

    Attributes:
        number: From 0, in the order of arrival.
        kind: The name of its kind.
        event_id: The event that it wants tickets of.
        sessions: Its sessions that are not over: more than one if it tries several times at once.
        attempts: Its requests so far.
    """

    number: int
    kind: str
    event_id: int
    sessions: int
    attempts: int = 0


class Request:
    """One call of a buyer. Times are instants of `time.monotonic()`.

    Args:
        buyer: Whose call it is.
        call: Which call.
        parameters: As text, in the order in which the call's SQL has them.
        patience_s: How long the buyer waits for the answer; None: without limit.
        quantity: Tickets that are requested, or that the intent is about.
        intent_id: The intent to confirm or release; None of a reserve.
        repeats: The request that it repeats, with the same request key or intent; None of a first one.
        session_no: Which session of the buyer it belongs to, from 0.

    Attributes:
        statement: The query in sql/calls.sql that is sent.
        attempt: Its number among the requests of its buyer, from 1.
        repeats: The attempt that was the first of this request; None of a first one.
        state: How far it has come. It decides which of the following are set.
        session: The buyer session that goes on when it has ended.
        scheduled_at: From QUEUED on: when it was planned.
        queued_at: From QUEUED on: when a connection was requested.
        connection: From SENT on: the connection that it was sent on. None of one that ended in the queue.
        sent_at: From SENT on: when it was sent. None of one that ended in the queue.
        is_first_call: From SENT on: whether its connection had sent no such call since it was opened.
        is_timed_out: Whether its buyer's patience ended while it was SENT.
        result: Of one that has ENDED: how.
    """

    __slots__ = (
        *("attempt", "buyer", "call", "connection", "intent_id", "is_first_call", "is_timed_out", "parameters"),
        *("patience_s", "quantity", "queued_at", "repeats", "result", "scheduled_at", "sent_at", "session", "state"),
        "session_no",
        "statement",
    )
    session: Session
    scheduled_at: float
    queued_at: float
    result: Result

    def __init__(
        self,
        buyer: Buyer,
        call: Call,
        parameters: Sequence[bytes],
        patience_s: float | None,
        quantity: int,
        *,
        intent_id: int | None = None,
        repeats: "Request | None" = None,
        session_no: int,
    ) -> None:
        self.buyer = buyer
        self.call = call
        self.parameters = parameters
        self.patience_s = patience_s
        self.quantity = quantity
        self.intent_id = intent_id
        self.session_no = session_no
        self.state = RequestState.PLANNED
        self.connection: RawConnection | None = None
        self.sent_at: float | None = None
        self.is_first_call = self.is_timed_out = False
        buyer.attempts += 1
        self.attempt = buyer.attempts
        if repeats is None:
            self.repeats: int | None = None
            self.statement = _STATEMENTS[call]
        else:
            self.repeats = repeats.repeats or repeats.attempt
            self.statement = repeats.statement
            if call is Call.RESERVE and repeats.result.outcome == "unknown":
                self.statement = REPEAT.encode()

    def again(self) -> "Request":
        """Plan the same call once more."""
        return Request(
            self.buyer,
            self.call,
            self.parameters,
            self.patience_s,
            self.quantity,
            intent_id=self.intent_id,
            repeats=self,
            session_no=self.session_no,
        )

    def enqueue(self, scheduled_at: float, now: float) -> None:
        """It waits for a connection from now on."""
        self.state = RequestState.QUEUED
        self.scheduled_at, self.queued_at = scheduled_at, now

    def send(self, connection: RawConnection, sent_at: float) -> None:
        """It was sent."""
        self.state = RequestState.SENT
        self.connection, self.sent_at = connection, sent_at

    def end(self, result: Result) -> None:
        """It has a result."""
        self.state = RequestState.ENDED
        self.result = result
