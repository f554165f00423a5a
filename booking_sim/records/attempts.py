"""What is written down of one attempt: its fields are the columns of the attempts frame. Workers need no frame."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

OUTCOMES = ("held", "hold_expired", "sold_out", "contended", "gave_up", "timed_out", "unknown", "error")
"""Every word that an attempt to reserve can end with, in the order in which charts stack them."""

FAILURES = OUTCOMES[4:]
"""Those that are no answer of the database's; the others calls can end with them too."""

PAYMENTS = ("confirmed", "already_confirmed", "expired", "released", "already_released", "not_found")
"""Every answer to confirm and release."""


class Call(StrEnum):
    """What is asked of the database."""

    RESERVE = "reserve"
    CONFIRM = "confirm"
    RELEASE = "release"


class Phase(StrEnum):
    """How far an attempt had come when it failed."""

    WAITING = "waiting"
    """No connection was free in time, and the call was never sent."""
    CALL_SENT = "call_sent"
    """The call was sent and no answer came back: it may have reserved. A repeat with the request key answers it."""
    ANSWERED = "answered"
    """The database itself answered with an error: nothing was reserved."""


class Attempt(NamedTuple):
    """One call of one buyer, with its outcome.

    It has three latencies: from the plan, `sent_at - scheduled_at` plus the latency; from when a connection was
    requested, `sent_at - queued_at` plus the latency; and in the database, the latency.
    """

    buyer: int
    """0 to buyers - 1, in the order in which they come."""
    kind: str
    """Which kind of buyer."""
    session: int
    """The session of this buyer, from 0: more than one if its kind tries several times at once."""
    attempt: int
    """The attempts of this buyer, counted from 1 over all calls."""
    call: str
    """One of Call."""
    event: int
    """Whose tickets, by its id in the database."""
    worker: int
    connection: int | None
    """Counted over all workers; None of a call that was never sent."""
    scheduled_at: float
    """Seconds since the start of the run, which all workers share, as the next two: when it was planned."""
    queued_at: float
    """When a connection was asked for."""
    sent_at: float | None
    """When it was sent; None if it never was."""
    latency_ms: float | None
    """From sending the call to having its answer; of a failed attempt, to knowing that it failed."""
    outcome: str
    """One of OUTCOMES, or of PAYMENTS."""
    intent_id: int | None = None
    """Of a hold, as the next two; of the hold that a payment or a release is about."""
    ticket_nos: tuple[int, ...] | None = None
    hold_expires_at: datetime | None = None
    """By the database's clock."""
    sqlstate: str | None = None
    """Of an error that a server answered with; a connection that breaks has none."""
    error: str | None = None
    """What went wrong, in one line."""
    phase: Phase | None = None
    """How far a failed attempt had come."""
    locked_rows_skipped: int | None = None
    """Of a call whose skip depth was measured, as the next: see `booking_sim.skip_depth.measure.Depth`."""
    dead_rows_scanned: int | None = None
    quantity: int | None = None
    """Tickets that were requested; of a payment or a release, those of the hold."""
    repeats: int | None = None
    """Of a request that was repeated with its key or intent: the attempt that was the first of them, else None. So
    `already_confirmed` in a repeated confirm is the sale whose first answer was lost."""
    is_first_call: bool = False
    """Whether it was the first of its call on its connection since that was opened, the warm-up apart."""
