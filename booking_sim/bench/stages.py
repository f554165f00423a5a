"""Fresh tables for each turn: a side is brought to its state once, and each turn runs on a copy of that database.

Where a snapshot is kept open, it has to be older than what happened to the tickets: the copy is made of a sale that has
not begun, and brought to the state afterwards.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import Connection

from booking_sim.bench.contestants import NotStagedError, Sale
from booking_sim.bench.phases import Side
from booking_sim.bench.place import Place
from booking_sim.database import connect
from booking_sim.database.scratch import empty_database
from booking_sim.queries import load

_EVENTS_AT_A_TIME = 500
_MOST_S = 120
"""How long other events may take to be made."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A side, ready to be copied.

    Attributes:
        side: The side.
        sale: Its events.
        clients: Sessions that will call.
        template: The URL of the database to copy.
    """

    side: Side
    sale: Sale
    clients: int
    template: str

    @property
    def sold(self) -> int:
        """Tickets of each event that are sold before."""
        return self.side.sold_before(self.clients)

    @property
    def calls(self) -> int | None:
        """How many calls each client may make after its warm-up; None where every call is refused."""
        return self.side.calls(self.clients)

    @contextmanager
    def copy(self, url: str) -> Iterator[tuple[str, Connection[Any]]]:
        """A copy, in the state in which the turn begins; its URL, and a connection. It is dropped afterwards."""
        with copied(url, self.template) as (copy, connection):
            if not self.side.snapshot:
                yield copy, connection
                return
            with old_snapshot(copy):
                _bring(self, connection)
                yield copy, connection


@contextmanager
def copied(url: str, template: str) -> Iterator[tuple[str, Connection[Any]]]:
    """A copy of a database on the server of a URL, and a connection to it; it is dropped afterwards."""
    with empty_database(url, template) as copy, connect(copy) as connection:
        yield copy, connection


@contextmanager
def staged(place: Place, side: Side, clients: int) -> Iterator[Stage]:
    """Put a side's tickets on sale and bring them to their state, in a database that is gone afterwards.

    Raises:
        NotStagedError: The contestant cannot be brought to the state.
    """
    with empty_database(place.url, place.base(side.contestant)) as template:
        with connect(template) as connection:
            _make_other_events(connection, side.other_events)
            sale = side.contestant.sell(connection, side.tickets, side.events)
            connection.execute(load("bench/vacuum"))
            stage = Stage(side, sale, clients, template)
            if not side.snapshot:
                _bring(stage, connection)
        yield stage


def _bring(stage: Stage, connection: Connection[Any]) -> None:
    if stage.side.state != "fresh":
        stage.side.contestant.bring(connection, stage.sale, stage.side.state, stage.sold)
        connection.execute(load("bench/analyze"))


def _make_other_events(connection: Connection[Any], events: int) -> None:
    began = time.monotonic()
    for made in range(0, events, _EVENTS_AT_A_TIME):
        if time.monotonic() - began > _MOST_S:
            raise NotStagedError(f"create_event made {made:,} events in {_MOST_S} s, and not {events:,}.")
        connection.execute(load("bench/staging/other_events"), {"events": _EVENTS_AT_A_TIME})


@contextmanager
def old_snapshot(url: str) -> Iterator[None]:
    """Keep a snapshot open."""
    with connect(url, autocommit=False) as session:
        session.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        session.execute(load("bench/old_snapshot"))
        yield
