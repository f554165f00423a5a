"""Random sequences of the five calls, against the contract written down as plain sets and numbers."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from inventory import empty, violations

from booking_sim.booking import BookingError, confirm, create_event, expire_holds, release, reserve

pytestmark = pytest.mark.core

EVENTS = st.integers(0, 1)
USERS = st.sampled_from(["ann", "bob"])
BRIEF = timedelta(milliseconds=80)
HOLDS = st.sampled_from([timedelta(microseconds=1), BRIEF, timedelta(hours=1)])
A_CALL = timedelta(milliseconds=25)  # longer than nearly every call takes


@dataclass
class Intent:
    """What the contract knows of a booking intent."""

    event: int
    user: str
    tickets: frozenset
    deadline: datetime
    request: tuple  # key, quantity and hold, as asked for
    answer: tuple
    state: str = "held"  # or confirmed, or released


class Booking(RuleBasedStateMachine):
    """Two small events and two users; the clock is the database's."""

    intents = Bundle("intents")
    conn = None  # the connection to the test's database

    @initialize(capacities=st.tuples(st.integers(1, 4), st.integers(1, 2)))
    def put_events_on_sale(self, capacities):
        self.capacities = capacities
        self.events = [create_event(self.conn, "on sale", capacity) for capacity in capacities]
        self.made = {}  # intent id -> Intent

    def ask(self, call, *args, **kwargs):
        """Return the answer to a call, or its error. No deadline passed meanwhile: all of it happened at self.now."""
        self.now = self.clock()
        while near := [i.deadline for i in self.made.values() if self.now < i.deadline <= self.now + A_CALL]:
            self.sleep_until(max(near))
            self.now = self.clock()
        try:
            answer = call(self.conn, *args, **kwargs)
        except BookingError as error:
            answer = error
        later = self.clock()
        assume(not any(self.now < i.deadline <= later for i in self.made.values()))
        return answer

    def clock(self):
        return self.conn.execute("select clock_timestamp()").fetchone()[0]

    def sleep_until(self, moment):
        self.conn.execute("select pg_sleep_until(%s)", [moment])

    def is_live(self, intent):
        return intent.state == "held" and intent.deadline > self.now

    def free(self, event):
        """The tickets that anybody can have now."""
        taken = [i for i in self.made.values() if i.event == event and (i.state == "confirmed" or self.is_live(i))]
        return frozenset(range(1, self.capacities[event] + 1)).difference(*(i.tickets for i in taken))

    @rule(
        target=intents,
        event=EVENTS,
        user=USERS,
        key=st.sampled_from([None, "key"]),
        quantity=st.integers(1, 3),
        hold_for=HOLDS,
    )
    def reserve(self, event, user, key, quantity, hold_for):
        request = (key, quantity, hold_for)
        answer = self.ask(reserve, self.events[event], user, quantity, hold_for=hold_for, request_key=key)
        free = self.free(event)
        asked_before = next((i for i in self.made.values() if key and (i.user, i.request[0]) == (user, key)), None)
        wrong = {"BK002"} if quantity > self.capacities[event] else set()
        if asked_before and (asked_before.event, asked_before.request) != (event, request):
            wrong.add("BK007")
        if wrong:
            assert answer.sqlstate in wrong
        elif asked_before:
            assert answer == asked_before.answer
        elif quantity > len(free):
            assert answer.outcome == "sold_out"
        else:
            tickets = frozenset(answer.ticket_nos)
            assert answer.outcome == "held"
            assert len(tickets) == len(answer.ticket_nos) == quantity
            assert tickets <= free
            assert answer.intent_id not in self.made
            self.made[answer.intent_id] = Intent(event, user, tickets, answer.hold_expires_at, request, answer)
            return answer.intent_id
        return multiple()

    @rule(intent_id=intents)
    def ask_again(self, intent_id):
        intent = self.made[intent_id]
        key, quantity, hold_for = intent.request
        if key:
            self.reserve(intent.event, intent.user, key, quantity, hold_for)

    @rule(intent_id=intents, user=USERS)
    def anybody_confirms(self, intent_id, user):
        self.end(intent_id, user, confirm, "confirmed")

    @rule(intent_id=intents)
    def the_holder_confirms(self, intent_id):
        self.end(intent_id, self.made[intent_id].user, confirm, "confirmed")

    @rule(intent_id=intents, user=USERS)
    def anybody_releases(self, intent_id, user):
        self.end(intent_id, user, release, "released")

    @rule(intent_id=intents)
    def the_holder_releases(self, intent_id):
        self.end(intent_id, self.made[intent_id].user, release, "released")

    def end(self, intent_id, user, call, state):
        intent = self.made[intent_id]
        answer = self.ask(call, intent_id, user)
        if user != intent.user:
            assert answer == "not_found"
        elif self.is_live(intent):
            assert answer == state
            intent.state = state
        elif intent.state == "held":
            assert answer == "expired"
        else:
            assert answer == (f"already_{state}" if state == intent.state else intent.state)

    @rule(event=st.none() | EVENTS, max_tickets=st.sampled_from([1, 2, 1000]))
    def expire_holds(self, event, max_tickets):
        overdue, swept, still_overdue = self.ask(self.sweep, None if event is None else self.events[event], max_tickets)
        assert swept == overdue - still_overdue
        assert swept >= min(overdue, max_tickets)

    def sweep(self, conn, event_id, max_tickets):
        query = """
            select count(*) from booking.tickets
            where hold_expires_at <= clock_timestamp() and coalesce(event_id = %s, true)"""
        (overdue,) = conn.execute(query, [event_id]).fetchone()
        swept = expire_holds(conn, event_id, max_tickets)
        (still_overdue,) = conn.execute(query, [event_id]).fetchone()
        return overdue, swept, still_overdue

    @rule()
    def time_passes(self):
        brief = [i.deadline for i in self.made.values() if i.request[-1] == BRIEF]
        if brief:
            self.sleep_until(max(brief))

    @invariant()
    def the_tables_say_the_same(self):
        query = """
            select event_id, ticket_no, held_by, intent_id from booking.tickets
            where status = 'sold' or hold_expires_at > clock_timestamp()"""
        taken = self.ask(lambda conn: set(conn.execute(query).fetchall()))
        assert taken == {
            (self.events[intent.event], ticket, intent.user, intent_id)
            for intent_id, intent in self.made.items()
            if intent.state == "confirmed" or self.is_live(intent)
            for ticket in intent.tickets
        }
        assert violations(self.conn) == []

    def teardown(self):
        empty(self.conn)


def test_any_sequence_of_calls_keeps_the_contract(conn):
    def booking():
        machine = Booking()
        machine.conn = conn
        return machine

    run_state_machine_as_test(
        booking,
        settings=settings(
            max_examples=50,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,  # the same sequences every time
            phases=[Phase.generate],  # to shrink a sequence that waits for deadlines takes minutes
            suppress_health_check=list(HealthCheck),
        ),
    )
