"""Sessions that do everything that buyers do, for a while: at the same time in some events, alone in one of them.

Its attempts are recorded as workers do it. Some answers it throws away, as a cut connection does: their requests are unknown,
and repeated.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from random import Random

import psycopg

from booking_sim.audit import audit
from booking_sim.booking import BookingError, confirm, create_event, expire_holds, release, reserve
from booking_sim.database import connect
from booking_sim.load_generator.finish import fetch_holds
from booking_sim.proof.history import Circumstances
from booking_sim.proof.rules import check
from booking_sim.records import columns
from booking_sim.records.attempts import Attempt, Call, Phase
from booking_sim.records.recorded import RecordedAttempts

CAPACITY = 6
HOLD = timedelta(milliseconds=200)
SESSIONS = 5
SLICE_S = 0.5
"""After so many seconds the next events are on sale, so that tickets are left."""
CALLS = {Call.CONFIRM: confirm, Call.RELEASE: release}


@dataclass
class Stress:
    """What came of it.

    Attributes:
        url: The database.
        seed: Of everything that they do.
        attempts: Every attempt.
        began_at: An instant of `time.monotonic()`.
    """

    url: str
    seed: int = 1
    attempts: list[Attempt] = field(default_factory=list)
    began_at: float = 0.0

    def run(self, seconds):
        """Let it do what it does; one session is alone in its event."""
        with ExitStack() as stack:
            connections = [stack.enter_context(connect(self.url)) for _ in range(SESSIONS)]
            slices = range(int(seconds / SLICE_S) + 1)
            events = [[create_event(connections[0], "on sale", CAPACITY) for _ in range(3)] for _ in slices]
            (self.started_at,) = connections[0].execute("select clock_timestamp()").fetchone()
            self.began_at = time.monotonic()
            self.event_ids = [event for some in events for event in some]
            with ThreadPoolExecutor(SESSIONS) as pool:
                sessions = [pool.submit(self._visit, *each, events, seconds) for each in enumerate(connections)]
            for session in sessions:
                session.result()
        return self

    def judge(self):
        """What audit and proof say: two frames."""
        with connect(self.url) as connection:
            holds = fetch_holds(connection, self.event_ids, self.started_at)
            read_at = time.monotonic() - self.began_at
            audited = audit(connection, event_id=self.event_ids)
        circumstances = Circumstances(CAPACITY, HOLD.total_seconds(), self.started_at, read_at, SESSIONS)
        return audited, check(RecordedAttempts(self._frame()), holds, circumstances)

    def _frame(self):
        return columns.to_frame([tuple(zip(*self.attempts, strict=True))])

    def _visit(self, number, connection, events, seconds):
        random, buyers = Random(self.seed * 1000 + number), count()
        while (now := time.monotonic() - self.began_at) < seconds:
            alone, *together = events[int(now / SLICE_S)]
            event = random.choice(together) if number else alone
            _Buyer(self, connection, random, number + SESSIONS * next(buyers), event).visit()
            if random.random() < 0.1:
                expire_holds(connection, event)


@dataclass
class _Buyer:
    """One visit: a request, perhaps a hold, and its end."""

    stress: Stress
    connection: psycopg.Connection
    random: Random
    number: int
    event: int
    made: count = field(default_factory=lambda: count(1))

    def visit(self):
        chance, random = self.random.random, self.random
        quantity = random.choice([1, 1, 2, 3])
        hold = self._reserve(quantity)
        for _ in range(3):
            if hold is not None and hold.outcome == "held":
                break
            time.sleep(random.uniform(0.0, 0.03))
            hold = self._reserve(quantity)
        if hold is None or hold.outcome != "held":
            return
        if chance() < 0.15:
            hold = self._reserve(quantity) or hold
            if hold.outcome != "held":
                return
        self._pause()
        ends = [[], [Call.RELEASE], [Call.RELEASE], [Call.RELEASE, Call.CONFIRM], [Call.RELEASE, Call.RELEASE]]
        if chance() < 0.3:
            ends = [[Call.CONFIRM], [Call.CONFIRM, Call.RELEASE], [Call.CONFIRM, Call.CONFIRM]]
        for call in random.choice(ends):
            self._end(call, quantity, hold.intent_id)
        if chance() < 0.15:
            self._reserve(quantity)

    def _pause(self):
        """Think, not at all or for a while, or until the hold is nearly over, or just over."""
        draw = self.random.random()
        if draw < 0.25:
            time.sleep(HOLD.total_seconds() + self.random.choice([-0.05, 0.002, 0.05]))
        elif draw < 0.6:
            time.sleep(self.random.uniform(0.0, 0.05))

    def _end(self, call, quantity, intent_id):
        self._record(call, quantity, lambda: CALLS[call](self.connection, intent_id, self._user), intent_id)

    @property
    def _user(self):
        return f"buyer {self.number}"

    def _reserve(self, quantity):
        key = f"event {self.event}"
        return self._record(
            Call.RESERVE,
            quantity,
            lambda: reserve(self.connection, self.event, self._user, quantity, hold_for=HOLD, request_key=key),
        )

    def _record(self, call, quantity, ask, intent_id=None):
        """Make a call, write down what came of it, and return the answer: None if it was lost, or an error."""
        began_at = self.stress.began_at
        sent_at, answer, error = time.monotonic(), None, None
        try:
            answer = ask()
        except (psycopg.Error, BookingError) as caught:
            error = caught
        answered_at = time.monotonic()
        lost = self.random.random() < 0.05
        if error is not None:
            outcome, phase = "error", Phase.ANSWERED
        elif lost:
            outcome, phase, answer = "unknown", Phase.CALL_SENT, None
        else:
            outcome, phase = str(answer if intent_id else answer.outcome), None
        held = outcome == "held"
        sent = sent_at - began_at
        row = Attempt(
            self.number,
            "buyer",
            0,
            next(self.made),
            call,
            self.event,
            self.number % SESSIONS,
            self.number % SESSIONS,
            sent,
            sent,
            sent,
            (answered_at - sent_at) * 1000,
            outcome,
            answer.intent_id if held else intent_id,
            answer.ticket_nos if held else None,
            answer.hold_expires_at if held else None,
            error=None if error is None else str(error).splitlines()[0],
            sqlstate=None if error is None else error.sqlstate,
            phase=phase,
            quantity=quantity,
        )
        self.stress.attempts.append(row)
        return answer
