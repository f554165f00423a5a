"""The answers of the booking calls, as types."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Outcome(StrEnum):
    """The answer to one reserve."""

    HELD = "held"
    """The tickets are on hold for this buyer, until the deadline."""
    SOLD_OUT = "sold_out"
    """At that instant too few tickets were left: every other one was sold, or in a live, committed hold."""
    CONTENDED = "contended"
    """Tickets are left, but open transactions had them locked. Ask again."""


class Confirmation(StrEnum):
    """The answer to one confirm."""

    CONFIRMED = "confirmed"
    ALREADY_CONFIRMED = "already_confirmed"
    EXPIRED = "expired"
    RELEASED = "released"
    NOT_FOUND = "not_found"


class Release(StrEnum):
    """The answer to one release."""

    RELEASED = "released"
    ALREADY_RELEASED = "already_released"
    EXPIRED = "expired"
    CONFIRMED = "confirmed"
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True)
class Reservation:
    """What reserve answered. Without a hold, intent_id and hold_expires_at are None and ticket_nos is empty."""

    outcome: Outcome
    intent_id: int | None
    ticket_nos: tuple[int, ...]
    hold_expires_at: datetime | None
