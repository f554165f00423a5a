"""Points under stress, many sessions that do everything at once: each answer is checked as it comes, and the tables."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from random import Random
from threading import Event, Lock
from time import monotonic
from typing import Any

from psycopg import Connection

from booking_sim.booking import HOLD, confirm, create_event, expire_holds, release, reserve
from booking_sim.contract.ledger import Hold, Ledger, describe, two_holders
from booking_sim.contract.point import point
from booking_sim.contract.subject import SESSIONS, Broken, Intents, Subject, count_intents, expect
from booking_sim.models import Confirmation, Outcome, Release
from booking_sim.queries import load

SECONDS = 1.0
"""How long everything is done at once with a few tickets."""

EVENTS = 2
"""Events that are on sale at once."""


@dataclass(frozen=True)
class StressProfile:
    """What the sessions of a stress test do.

    Attributes:
        sessions: Database sessions.
        capacity: Tickets of each event.
        quantities: How often one, two and three tickets are reserved, as weights.
        short: The share of holds that are short; the others last for `HOLD`.
        lengths: How long short holds last, at least and at most.
        endings: How often a hold is kept, confirmed and released, as weights. A kept one costs no second call.
        waiting: Holds that a session has before it ends the oldest, so that they last for a few calls of others.
        sweeps: Calls of expire_holds for each reserve.
        refusals: For each session, after how many an event is replaced by a new one; None: never.
    """

    sessions: int
    capacity: int
    quantities: tuple[int, int, int]
    short: float
    lengths: tuple[timedelta, timedelta]
    endings: tuple[int, int, int]
    waiting: int
    sweeps: float
    refusals: int | None


PUSHING = StressProfile(
    sessions=SESSIONS,
    capacity=SESSIONS,
    quantities=(1, 1, 1),
    short=1.0,
    lengths=(timedelta(milliseconds=10), timedelta(milliseconds=200)),
    endings=(6, 1, 4),
    waiting=0,
    sweeps=0.18,
    refusals=None,
)
"""Many sessions for few tickets, which are in overdue holds most of the time: here deadlocks are found."""

CLAIMING = StressProfile(
    sessions=16,
    capacity=200,
    quantities=(8, 1, 1),
    short=0.25,
    lengths=(timedelta(milliseconds=1), timedelta(milliseconds=30)),
    endings=(65, 10, 25),
    waiting=3,
    sweeps=0.05,
    refusals=5,
)
"""Most calls are claims that succeed, beside live holds, in events that sell out soon: here rare faults are found."""


@point
def everything_at_once(subject: Subject) -> None:
    """Reserve, confirm, release and sweep at once, with holds that expire meanwhile: no deadlock and no error.

    An error after which the strategy's client repeats the call does not count, if the call succeeds in the end.
    """
    Stress(subject, PUSHING).run(SECONDS)


@point
def one_holder(subject: Subject) -> None:
    """However long it lasts, a ticket has one holder at a time, by every answer and by the tables afterwards."""
    stress = Stress(subject, CLAIMING)
    stress.run(subject.stress_for.total_seconds())
    if not stress.answered.made:
        raise Broken("no session got a hold, so nothing was checked")
    check_tables(subject, stress)


@dataclass
class Stress:
    """Sessions that claim the tickets of a few events.

    Attributes:
        subject: What is verified.
        profile: What the sessions do.
        answered: The holds, confirms and releases that were answered and checked.
        event_ids: The events so far.
    """

    subject: Subject
    profile: StressProfile
    answered: Intents = field(default_factory=Intents)
    event_ids: list[int] = field(default_factory=list)
    _ledgers: list[Ledger] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)
    _stopped: Event = field(default_factory=Event)

    def run(self, seconds: float) -> None:
        """Let the sessions go on for a time, or until something is found."""
        self._ledgers = [self._open_event(self.subject.connection) for _ in range(EVENTS)]
        with ExitStack() as stack:
            connections = [stack.enter_context(self.subject.connect()) for _ in range(self.profile.sessions)]
            start = monotonic()
            pool = stack.enter_context(ThreadPoolExecutor(self.profile.sessions))
            stack.callback(self._stopped.set)  # before the pool waits for its threads, also after Ctrl-C
            sessions = [
                pool.submit(self._visit_often, *each, start + seconds)
                for each in zip(connections, range(self.profile.sessions), strict=True)
            ]
            while wait(sessions, timeout=0.2, return_when=FIRST_EXCEPTION).not_done and not self._stopped.is_set():
                self.subject.progress(self.answered.made, monotonic() - start, seconds)
        for session in sessions:
            session.result()

    def _visit_often(self, connection: Connection[Any], number: int, until: float) -> None:
        random = Random(number)  # noqa: S311  the same draws each run, not a secret
        waiting: deque[tuple[Ledger, Hold, bool]] = deque()
        with self._stopping_all():
            for visit in count(1):  # at least one, however little time there is
                place = random.randrange(EVENTS)
                waiting.extend(self._buy(connection, random, place, f"buyer {number}.{visit}"))
                if len(waiting) > self.profile.waiting:
                    self._end(connection, random, *waiting.popleft())
                if random.random() < self.profile.sweeps:
                    self.subject.ask(connection, expire_holds, self._ledgers[place].event_id)
                if monotonic() > until or self._stopped.is_set():
                    break

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
        quantity = random.choices([1, 2, 3], weights=self.profile.quantities)[0]
        short = random.random() < self.profile.short
        least, most = self.profile.lengths
        hold_for = least + random.random() * (most - least) if short else HOLD
        answer = self.subject.ask(connection, reserve, ledger.event_id, user_id, quantity, hold_for=hold_for)
        with self._lock:
            if answer.outcome is Outcome.HELD:
                self.answered.made += 1
                return [(ledger, ledger.held(answer, user_id, quantity, hold_for), short)]
            sold_out = answer.outcome is Outcome.SOLD_OUT
            ledger.refusals += sold_out
            ends_it = sold_out and self._is_last_refusal(ledger.refusals)
        if ends_it:
            self._ledgers[place] = self._open_event(connection)
        return []

    def _is_last_refusal(self, refusals: int) -> bool:
        each = self.profile.refusals
        return each is not None and refusals == each * self.profile.sessions

    def _end(self, connection: Connection[Any], random: Random, ledger: Ledger, hold: Hold, short: bool) -> None:
        match random.choices(["keep", "confirm", "release"], weights=self.profile.endings)[0]:
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
        event_id = self.subject.ask(connection, create_event, "stress", self.profile.capacity)
        self.event_ids.append(event_id)
        return Ledger(event_id, self.profile.capacity)


def check_tables(subject: Subject, stress: Stress) -> None:
    """Compare the holds in the tables with each other, and the numbers of intents with those of the answers."""
    parameters = {"event_ids": stress.event_ids}
    row = subject.connection.execute(load("contract/overlaps"), parameters).fetchone()
    if row is not None:
        event_id, ticket_no, *holds = row
        raise Broken(two_holders(event_id, ticket_no, describe(*holds[:4]), describe(*holds[4:])))
    expect("intents in the tables", count_intents(subject.connection, stress.event_ids), stress.answered)
