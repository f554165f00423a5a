"""What is verified: a strategy in its scratch database, and the ways in which the points ask it."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Barrier
from time import monotonic
from typing import Any, Concatenate, ParamSpec, TypeVar

import psycopg
from psycopg import Connection

from booking_sim import booking
from booking_sim.database import connect
from booking_sim.models import Outcome, Reservation
from booking_sim.queries import load
from booking_sim.strategies import Strategy

SESSIONS = 32
"""Connections that ask at once."""

BOUNDS = {"statement_timeout": "30s", "synchronous_commit": "off"}
"""Settings of the sessions: nothing waits for ever, and nothing waits for the disk, since no crash is tested here.

Thirty seconds only end what hangs: ten once cut a call of the optimistic strategy on a busy machine.
"""

PATIENCE = 15.0
"""Seconds after which a buyer whose answer is `contended` again and again gives up."""

OnProgress = Callable[[int, float, float], None]

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


class Broken(Exception):  # noqa: N818  it says what is the case, and is read as a word
    """A point of the contract is not kept. The message says what was seen."""


@dataclass(frozen=True)
class Stock:
    """What an event's tables hold: tickets by status, and pending intents."""

    available: int
    held: int
    sold: int
    pending: int


@dataclass
class Intents:
    """How many intents were made, one for each hold, and how many of them were confirmed and released."""

    made: int = 0
    confirmed: int = 0
    released: int = 0


@dataclass(frozen=True)
class Subject:
    """A strategy in a database of its own.

    Attributes:
        url: The scratch database in which it is applied.
        connection: In autocommit, for whoever needs one.
        strategy: What it is; its client repeats a call after the SQLSTATEs of its `retry`.
        stress_for: How long each of the points `one_holder` and `proved` lasts.
        progress: Called a few times a second under stress: the claims so far, the seconds so far and in all.
    """

    url: str
    connection: Connection[Any]
    strategy: Strategy
    stress_for: timedelta = timedelta(seconds=5)
    progress: OnProgress = lambda *_: None

    def connect(self) -> Connection[Any]:
        """Open one more connection, in autocommit."""
        return connect(self.url, application_name="booking_sim verify", settings=BOUNDS)

    def event(self, capacity: int) -> int:
        """Put an event of the point's own on sale."""
        return booking.create_event(self.connection, "contract", capacity)

    def stock(self, event_id: int) -> Stock:
        """Read what the tables hold."""
        row = self.connection.execute(load("contract/stock"), {"event_id": event_id}).fetchone()
        return Stock(*(row or ()))

    def ask(
        self,
        connection: Connection[Any],
        call: Callable[Concatenate[Connection[Any], Arguments], Answer],
        /,
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Answer:
        """Call a function of the contract as the strategy's client has to: again after errors that its file names."""
        until = monotonic() + PATIENCE
        while True:
            try:
                return call(connection, *args, **kwargs)
            except psycopg.Error as error:
                if error.sqlstate not in self.strategy.retry or monotonic() > until:
                    raise

    def buy(
        self,
        connection: Connection[Any],
        event_id: int,
        user_id: str,
        quantity: int = 1,
        *,
        request_key: str | None = None,
    ) -> Reservation:
        """Reserve, and repeat it while the answer is `contended`."""
        until = monotonic() + PATIENCE
        while True:
            answer = self.ask(connection, booking.reserve, event_id, user_id, quantity, request_key=request_key)
            if answer.outcome is not Outcome.CONTENDED:
                return answer
            if monotonic() > until:
                raise Broken(f"a buyer got contended for {PATIENCE:.0f} seconds")

    def at_once(self, work: Callable[[Connection[Any], int], Answer], size: int = SESSIONS) -> list[Answer]:
        """Do work over many connections at once, all starting together; each gets its connection and its number."""
        start = Barrier(size)

        def one(connection: Connection[Any], number: int) -> Answer:
            start.wait()
            return work(connection, number)

        with ExitStack() as stack:
            connections = [stack.enter_context(self.connect()) for _ in range(size)]
            with ThreadPoolExecutor(size) as pool:
                return [*pool.map(one, connections, range(size))]

    def settle(self, future: Future[Any], waiter: Connection[Any], holder: Connection[Any]) -> bool:
        """Wait until there is an answer, or the waiter waits for the holder's lock; return whether there is one."""
        pids = {"waiter": waiter.info.backend_pid, "holder": holder.info.backend_pid}
        while not wait([future], timeout=0.005).done:
            if self.connection.execute(load("contract/waits_for"), pids).fetchone() == (True,):
                return False
        return True

    def sleep_until(self, moment: datetime) -> None:
        """Sleep by the database's clock."""
        self.connection.execute(load("contract/sleep_until"), {"moment": moment})

    def is_before(self, moment: datetime) -> bool:
        """Whether a moment is still to come, by the database's clock."""
        return self.connection.execute(load("contract/is_before"), {"moment": moment}).fetchone() == (True,)


def count_intents(connection: Connection[Any], event_ids: Sequence[int] | None = None) -> Intents:
    """Count the intents of some events, or of all."""
    row = connection.execute(load("contract/intents"), {"event_ids": event_ids}).fetchone()
    return Intents(*(row or ()))


def expect(what: str, found: object, expected: object) -> None:
    """Raise `Broken` if something is not as expected."""
    if found != expected:
        raise Broken(f"{what}: {found}, and should be {expected}")
