"""What is written down of one attempt: its fields are the columns of the attempts frame. Workers need no frame."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

OUTCOMES = ("held", "sold_out", "contended", "error")
"""Every word that an attempt can end with, in the order in which charts stack them."""


class Phase(StrEnum):
    """How far an attempt had come when it failed."""

    CONNECTING = "connecting"
    """The call was never sent: nothing was reserved."""
    CALL_SENT = "call_sent"
    """The call was sent and no answer came back: it may have reserved. Asking again with the request key tells."""
    ANSWERED = "answered"
    """The database itself answered with an error: nothing was reserved."""


class Attempt(NamedTuple):
    """One call of one buyer, and what came of it."""

    buyer: int
    """0 to buyers - 1."""
    attempt: int
    """The attempts of this buyer, counted from 1."""
    worker: int
    connection: int
    """Counted over all workers."""
    sent_at: float
    """Seconds since the start of the run, which all workers share."""
    latency_ms: float
    """From sending the call to having its answer; of a failed attempt, to knowing that it failed."""
    outcome: str
    """One of OUTCOMES."""
    intent_id: int | None = None
    """Of a hold, as the next two."""
    ticket_nos: tuple[int, ...] | None = None
    hold_expires_at: datetime | None = None
    """By the database's clock."""
    sqlstate: str | None = None
    """Of an error that a server answered with; a connection that breaks has none."""
    error: str | None = None
    """What went wrong, in one line."""
    phase: Phase | None = None
    """How far a failed attempt had come."""
