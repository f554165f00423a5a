"""Brings events to where a situation begins, through the contract's own calls: so every strategy can follow."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import Connection

from booking_sim.bench.situations import Situation
from booking_sim.booking import confirm, create_event, reserve
from booking_sim.database import connect
from booking_sim.errors import BookingSimError
from booking_sim.models import Outcome
from booking_sim.queries import load

_AT_A_TIME = 10_000  # tickets: each call walks over what the calls before it left dead

_MEASURED = 0.95
"""The share of the tickets that a round may take: after it, one of many events may be sold out."""


@dataclass(slots=True)
class Stage:
    """Events, ready.

    Attributes:
        first_event: The lowest id; the ids follow one another.
        last_event: The highest.
        tickets: At each event.
        left: How many calls can still be answered with tickets; None where every call is refused.
    """

    first_event: int
    last_event: int
    tickets: int
    left: int | None

    @property
    def variables(self) -> dict[str, int]:
        """What the scripts of pgbench call the events."""
        return {"first_event": self.first_event, "last_event": self.last_event}


def prepare(connection: Connection[Any], situation: Situation) -> Stage:
    """Put new events on sale and let what comes before the situation happen to them.

    Raises:
        BookingSimError: The strategy does not give all the tickets there are to one who asks alone.
    """
    tickets = situation.tickets // situation.events
    events = [create_event(connection, situation.name, tickets) for _ in range(situation.events)]
    connection.execute(load("bench/vacuum"))
    gone = round(situation.sold * tickets)
    for event_id in events:
        if situation.overdue:
            _hold(connection, event_id, tickets)
            with connection.transaction():
                connection.execute(load("bench/split_overdue"), {"event_id": event_id})
                connection.execute(load("bench/close_empty_intents"), {"event_id": event_id})
        else:
            for intent_id in _hold(connection, event_id, gone):
                confirm(connection, intent_id, "crowd")
    connection.execute(load("bench/analyze"))
    if situation.sold == 1:  # long after the last ticket: somebody has found out before
        reserve(connection, events[0], "late")
    left = int((tickets - gone) * situation.events // situation.quantity * _MEASURED)
    return Stage(events[0], events[-1], tickets, None if situation.sold == 1 else left)


@contextmanager
def old_snapshot(url: str, situation: Situation) -> Iterator[None]:
    """Keep a snapshot open while inside, if the situation has one."""
    with connect(url, autocommit=False) if situation.snapshot else nullcontext() as session:
        if session is not None:
            session.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            session.execute(load("bench/old_snapshot"))
        yield


def _hold(connection: Connection[Any], event_id: int, tickets: int) -> list[int]:
    intents = []
    for start in range(0, tickets, _AT_A_TIME):
        answer = reserve(connection, event_id, "crowd", min(_AT_A_TIME, tickets - start))
        if answer.outcome is not Outcome.HELD or answer.intent_id is None:
            raise BookingSimError(
                f"The strategy answered {answer.outcome} to one who asked alone for tickets that are there,"
                " so there is nothing to measure. See what 'booking-sim strategies verify' says of it."
            )
        intents.append(answer.intent_id)
    return intents
