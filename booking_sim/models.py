"""What the database knows, as types: the rows of events, tickets and intents, and the words they use."""

from dataclasses import dataclass
from datetime import datetime, timedelta
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


class TicketStatus(StrEnum):
    """What a ticket is: the values of booking.ticket_status."""

    AVAILABLE = "available"
    HELD = "held"
    SOLD = "sold"


class IntentStatus(StrEnum):
    """What became of a booking intent: the values of booking.intent_status."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    EXPIRED = "expired"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class Reservation:
    """What reserve answered. Without a hold, intent_id and hold_expires_at are None and ticket_nos is empty."""

    outcome: Outcome
    intent_id: int | None
    ticket_nos: tuple[int, ...]
    hold_expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Event:
    """One row of booking.events."""

    id: int
    name: str
    capacity: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Ticket:
    """One row of booking.tickets: one seat or place of an event."""

    event_id: int
    ticket_no: int
    status: TicketStatus
    intent_id: int | None
    held_by: str | None
    hold_expires_at: datetime | None
    returned_no: int | None
    """The ticket's own number while it is available after a hold, else None."""


@dataclass(frozen=True, slots=True)
class BookingIntent:
    """One row of booking.booking_intents: one buyer's attempt to buy `quantity` tickets."""

    id: int
    event_id: int
    user_id: str
    quantity: int
    ticket_nos: list[int]
    status: IntentStatus
    request_key: str | None
    hold_for: timedelta
    created_at: datetime
    expires_at: datetime
    confirmed_at: datetime | None
    released_at: datetime | None
    expired_at: datetime | None
