"""Random sequences of the five calls, against the contract written down as plain sets and numbers."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
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
from inventory import SQL, violations

from booking_sim.booking import BookingError, confirm, create_event, expire_holds, release, reserve

pytestmark = pytest.mark.core

PASS_TIME = (SQL / "pass_time.sql").read_text(encoding="utf-8")
USERS = st.sampled_from(["ann", "bob", "cid"])
EVENTS = st.integers(0, 1)
MINUTES = st.sampled_from([5, 15, 60])


@dataclass
class Intent:
    """What the contract knows of a booking intent; `state` is held, confirmed or released, and a hold may be over."""

    event: int
    user: str
    tickets: frozenset
    deadline: int
    request: tuple
    answer: tuple
    state: str = "held"


class Booking(RuleBasedStateMachine):
    """Two small events, three users, and a clock in minutes that stands still unless it is told to move on."""

    intents = Bundle("intents")
    conn = None  # the connection to the test's database

    @initialize(capacities=st.tuples(st.integers(1, 4), st.integers(1, 2)))
    def put_events_on_sale(self, capacities):
        self.capacities = capacities
        self.events = [create_event(self.conn, "on sale", capacity) for capacity in capacities]
        self.now = 0
        self.made = {}  # intent id -> Intent

    def live(self, event):
        return [i for i in self.made.values() if i.event == event and i.state == "held" and i.deadline > self.now]

    def taken(self, event):
        """The tickets that nobody else can have now."""
        sold = [i for i in self.made.values() if i.event == event and i.state == "confirmed"]
        return frozenset().union(*(i.tickets for i in self.live(event) + sold))

    def ended(self, intent, ended_by):
        """How the calls that end a hold must answer if they do not end it; None if they do."""
        if intent.state == "confirmed":
            return "already_confirmed" if ended_by is confirm else "confirmed"
        if intent.state == "released":
            return "already_released" if ended_by is release else "released"
        return "expired" if intent.deadline <= self.now else None

    @rule(
        target=intents,
        event=EVENTS,
        user=USERS,
        quantity=st.integers(1, 3),
        minutes=MINUTES,
        key=st.sampled_from("xy--"),
    )
    def reserve(self, event, user, quantity, minutes, key):
        request_key = None if key == "-" else key
        request = (event, quantity, minutes)
        arguments = {"hold_for": timedelta(minutes=minutes), "request_key": request_key}
        asked = [i for i in self.made.values() if request_key and (i.user, i.request[0]) == (user, request_key)]
        taken = self.taken(event)
        if quantity > self.capacities[event]:
            return self.refused("BK002", event, user, quantity, arguments)
        if asked and asked[0].request[1] != request:
            return self.refused("BK007", event, user, quantity, arguments)
        answer = reserve(self.conn, self.events[event], user, quantity, **arguments)
        if asked:
            assert (answer.outcome, answer.intent_id, answer.ticket_nos) == asked[0].answer
            return multiple()
        if quantity > self.capacities[event] - len(taken):
            assert answer.outcome == "sold_out"
            return multiple()
        tickets = frozenset(answer.ticket_nos)
        assert answer.outcome == "held"
        assert len(tickets) == quantity == len(answer.ticket_nos)
        assert tickets <= frozenset(range(1, self.capacities[event] + 1)) - taken
        assert answer.intent_id not in self.made
        self.made[answer.intent_id] = Intent(
            event,
            user,
            tickets,
            deadline=self.now + minutes,
            request=(request_key, request),
            answer=(answer.outcome, answer.intent_id, answer.ticket_nos),
        )
        return answer.intent_id

    @rule(intent_id=intents)
    def ask_again(self, intent_id):
        intent = self.made[intent_id]
        key, (event, quantity, minutes) = intent.request
        if key:
            self.reserve(event, intent.user, quantity, minutes, key)

    def refused(self, sqlstate, event, user, quantity, arguments):
        with pytest.raises(BookingError) as error:
            reserve(self.conn, self.events[event], user, quantity, **arguments)
        assert error.value.sqlstate == sqlstate
        return multiple()

    @rule(intent_id=intents, user=USERS)
    def confirm(self, intent_id, user):
        self.end(confirm, intent_id, user, "confirmed")

    @rule(intent_id=intents, user=USERS)
    def release(self, intent_id, user):
        self.end(release, intent_id, user, "released")

    @rule(intent_id=intents)
    def pay_in_time(self, intent_id):
        self.end(confirm, intent_id, self.made[intent_id].user, "confirmed")

    def end(self, call, intent_id, user, state):
        intent = self.made[intent_id]
        answer = call(self.conn, intent_id, user)
        if user != intent.user:
            assert answer == "not_found"
            return
        assert answer == (self.ended(intent, call) or state)
        if answer == state and intent.state == "held":
            intent.state = state

    @rule(event=st.none() | EVENTS, max_tickets=st.sampled_from([1, 2, 1000]))
    def expire_holds(self, event, max_tickets):
        event_id = None if event is None else self.events[event]
        overdue = self.overdue(event_id)
        swept = expire_holds(self.conn, event_id, max_tickets)
        assert swept == overdue - self.overdue(event_id)
        assert swept >= min(overdue, max_tickets)

    def overdue(self, event_id):
        """The tickets in holds that are over and not yet swept."""
        query = """
            select count(*) from booking.tickets
            where hold_expires_at <= clock_timestamp() and event_id = any (%s)"""
        return self.conn.execute(query, [self.events if event_id is None else [event_id]]).fetchone()[0]

    @rule(minutes=st.sampled_from([1, 5, 10, 60]))
    def time_passes(self, minutes):
        self.now += minutes
        self.conn.execute(PASS_TIME, {"time": timedelta(minutes=minutes)})

    @invariant()
    def the_tables_say_the_same(self):
        assert violations(self.conn) == []
        query = """
            select event_id, ticket_no, held_by, intent_id from booking.tickets
            where event_id = any (%s) and (status = 'sold' or hold_expires_at > clock_timestamp())"""
        there = set(self.conn.execute(query, [self.events]).fetchall())
        assert there == {
            (self.events[i.event], ticket, i.user, intent_id)
            for intent_id, i in self.made.items()
            if i.state == "confirmed" or (i.state == "held" and i.deadline > self.now)
            for ticket in i.tickets
        }

    def teardown(self):
        self.conn.execute("truncate booking.events, booking.tickets, booking.booking_intents")


def test_any_sequence_of_calls_keeps_the_contract(conn):
    class WithConnection(Booking):
        pass

    WithConnection.conn = conn
    run_state_machine_as_test(
        WithConnection,
        settings=settings(
            max_examples=60,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,  # the same sequences every time: a red test stays red until it is mended
            suppress_health_check=list(HealthCheck),
        ),
    )
