"""Points about a crowd that does everything at once: every answer is checked as it comes, and the tables afterwards."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from threading import Event, Lock
from time import monotonic
from typing import Any

from psycopg import Connection

from booking_sim.booking import HOLD, confirm, create_event, expire_holds, release, reserve
from booking_sim.contract.ledger import Hold, Ledger, describe, two_holders
from booking_sim.contract.point import point
from booking_sim.contract.subject import CROWD, Broken, Intents, Subject, count_intents, expect
from booking_sim.models import Confirmation, Outcome, Release
from booking_sim.queries import load

SESSIONS = 16
"""Sessions of the long crowd: enough that claims meet, few enough that they spend their time claiming."""

CAPACITY = 200
"""Tickets of each of its events: small, so that events are seen fresh, nearly sold out and sold out again and again."""

SECONDS = 1.0
"""How long a crowd of `CROWD` sessions does everything at once with a few tickets."""

SHORTEST, LONGEST = timedelta(milliseconds=1), timedelta(milliseconds=30)
"""Short holds: their deadlines pass while their buyers confirm, release or forget them."""

ENDINGS = {"keep": 65, "confirm": 10, "release": 25}
"""How buyers end their holds, in percent. A hold that is kept costs no second call, which leaves time for claims."""

SWEEPS = 0.05
"""Calls of expire_holds for each reserve."""

WAITING = 3
"""Holds that a session has in hand before it ends the oldest, so that they last for a few calls of others."""

REFUSALS = 5
"""Refusals for each session after which an event is replaced by a new one."""


@point
def everything_at_once(subject: Subject) -> None:
    """Reserve, confirm, release and sweep at once, with holds that expire meanwhile: no deadlock and no error.

    An error after which the strategy's client repeats the call does not count, if the call succeeds in the end.
    """
    Crowd(subject, sessions=CROWD, capacity=CROWD, short=1.0).run(SECONDS)


@point
def one_holder(subject: Subject) -> None:
    """However long a crowd goes on, a ticket has one holder at a time, by every answer and by the tables afterwards."""
    crowd = Crowd(subject, sessions=SESSIONS, capacity=CAPACITY, short=0.25)
    crowd.run(subject.crowd_for.total_seconds())
    if not crowd.answered.made:
        raise Broken("the crowd got no hold, so nothing was checked")
    check_tables(subject, crowd)


@dataclass
class Crowd:
    """Sessions that claim the tickets of two events, which are replaced when they are sold out.

    Attributes:
        subject: What is verified.
        sessions: Database sessions.
        capacity: Tickets of an event.
        short: The share of holds that are short.
        answered: The holds, confirms and releases that were answered and checked.
        event_ids: The events so far.
    """

    subject: Subject
    sessions: int
    capacity: int
    short: float
    answered: Intents = field(default_factory=Intents)
    event_ids: list[int] = field(default_factory=list)
    _ledgers: list[Ledger] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)
    _stopped: Event = field(default_factory=Event)

    def run(self, seconds: float) -> None:
        """Let the crowd go on for a time, or until something is found."""
        self._ledgers = [self._open_event(self.subject.connection) for _ in range(2)]
        start = monotonic()
        with ExitStack() as stack:
            connections = [stack.enter_context(self.subject.connect()) for _ in range(self.sessions)]
            pool = stack.enter_context(ThreadPoolExecutor(self.sessions))
            stack.callback(self._stopped.set)  # before the pool waits for its threads, also after Ctrl-C
            sessions = [
                pool.submit(self._visit_often, *each, start + seconds)
                for each in zip(connections, range(self.sessions), strict=True)
            ]
            while wait(sessions, timeout=0.2, return_when=FIRST_EXCEPTION).not_done and not self._stopped.is_set():
                self.subject.progress(self.answered.made, monotonic() - start)
        for session in sessions:
            session.result()

    def _visit_often(self, connection: Connection[Any], number: int, until: float) -> None:
        random = Random(number)  # noqa: S311  repeatable, not secret
        waiting: deque[tuple[Ledger, Hold, bool]] = deque()
        visit = 0
        with self._stopping_all():
            while monotonic() < until and not self._stopped.is_set():
                visit += 1
                place = random.randrange(len(self._ledgers))
                waiting.extend(self._buy(connection, random, place, f"buyer {number}.{visit}"))
                if len(waiting) > WAITING:
                    self._end(connection, random, *waiting.popleft())
                if random.random() < SWEEPS:
                    self.subject.ask(connection, expire_holds, self._ledgers[place].event_id)

    @contextmanager
    def _stopping_all(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self._stopped.set()
            raise

    def _buy(
        self, connection: Connection[Any], random: Random, place: int, user_id: str
    ) -> list[tuple[Ledger, Hold, bool]]:
        """Reserve at the event in a place; return the hold, if there is one, and whether it is short."""
        ledger = self._ledgers[place]
        quantity = random.choices([1, 2, 3], weights=[8, 1, 1])[0]
        short = random.random() < self.short
        hold_for = SHORTEST + random.random() * (LONGEST - SHORTEST) if short else HOLD
        answer = self.subject.ask(connection, reserve, ledger.event_id, user_id, quantity, hold_for=hold_for)
        with self._lock:
            if answer.outcome is Outcome.HELD:
                self.answered.made += 1
                return [(ledger, ledger.held(answer, user_id, quantity, hold_for), short)]
            sold_out = answer.outcome is Outcome.SOLD_OUT
            ledger.refusals += sold_out
            ends_it = sold_out and ledger.refusals == REFUSALS * self.sessions
        if ends_it:
            self._ledgers[place] = self._open_event(connection)
        return []

    def _end(self, connection: Connection[Any], random: Random, ledger: Ledger, hold: Hold, short: bool) -> None:
        match random.choices([*ENDINGS], weights=[*ENDINGS.values()])[0]:
            case "confirm":
                confirmation = self.subject.ask(connection, confirm, hold.intent_id, hold.user_id)
                late = {Confirmation.EXPIRED} if short else set()
                with self._lock:
                    ledger.confirmed(hold, confirmation, {Confirmation.CONFIRMED} | late)
                    self.answered.confirmed += confirmation is Confirmation.CONFIRMED
            case "release":
                with self._lock:
                    ledger.releasing(hold)
                answer = self.subject.ask(connection, release, hold.intent_id, hold.user_id)
                with self._lock:
                    ledger.released(hold, answer, {Release.RELEASED} | ({Release.EXPIRED} if short else set()))
                    self.answered.released += answer is Release.RELEASED

    def _open_event(self, connection: Connection[Any]) -> Ledger:
        event_id = self.subject.ask(connection, create_event, "crowd", self.capacity)
        self.event_ids.append(event_id)
        return Ledger(event_id, self.capacity)


def check_tables(subject: Subject, crowd: Crowd) -> None:
    """Compare the holds in the tables with each other, and the numbers of intents with those of the answers."""
    parameters = {"event_ids": crowd.event_ids}
    row = subject.connection.execute(load("contract/overlaps"), parameters).fetchone()
    if row is not None:
        event_id, ticket_no, *holds = row
        raise Broken(two_holders(event_id, ticket_no, describe(*holds[:4]), describe(*holds[4:])))
    expect("intents in the tables", count_intents(subject.connection, crowd.event_ids), crowd.answered)
