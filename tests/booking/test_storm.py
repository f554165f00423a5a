"""Everything at once, with rollbacks, cancelled calls and killed backends: no ticket is lost, none has two holders."""

import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta

import psycopg
import pytest
from inventory import stock

from booking_sim.audit import audit, holds
from booking_sim.booking import confirm, create_event, expire_holds, release, reserve
from booking_sim.database import connect
from booking_sim.errors import ConnectionFailed
from booking_sim.models import Outcome

pytestmark = pytest.mark.core

SESSIONS = 8
STEPS = 120
WAIT_FOR_THE_LAST_DEADLINE = """
    select pg_sleep(extract(epoch from max(expires_at) - clock_timestamp())) from booking.booking_intents
"""
# Only who has asked something: who is killed while being let in is refused by `connect`, and not by the storm.
KILL_ANOTHER = """
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name = 'storm' and pid <> pg_backend_pid() and query <> ''
    order by random() limit 1
"""
HOLDS = [timedelta(milliseconds=length) for length in (1, 10, 100)]


class Session:
    """Somebody who does at random all that can be done to an event."""

    def __init__(self, database, event_id, number):
        self.database, self.event_id = database, event_id
        self.user = f"user {number}"
        self.chance = random.Random(number)
        self.mine = []
        self.connection = self.connect()

    def connect(self):
        while True:
            with suppress(ConnectionFailed):  # killed by another before it was ready
                return connect(self.database, application_name="storm")

    def run(self):
        steps, weights = zip(
            (self.hold, 50), (self.hold_and_roll_back, 15), (self.several, 10), (self.give_back, 10), (self.buy, 2),
            (self.sweep, 5), (self.lose_patience, 5), (self.kill, 3), strict=True,
        )  # fmt: skip
        for step in self.chance.choices(steps, weights, k=STEPS):
            try:
                step()
            except psycopg.OperationalError:  # cancelled or killed, or the one and then the other
                self.recover()
        self.connection.close()

    def recover(self):
        with suppress(psycopg.OperationalError):  # there is nothing to roll back for one that was killed
            self.connection.rollback()  # a commit that is cancelled before it begins leaves the transaction open
        if self.connection.closed:
            self.connection = self.connect()

    def hold(self):
        quantity = self.chance.choice([1, 1, 1, 2, 4])
        answer = reserve(self.connection, self.event_id, self.user, quantity, hold_for=self.chance.choice(HOLDS))
        if answer.outcome is Outcome.HELD:
            assert len(set(answer.ticket_nos)) == quantity
            self.mine.append(answer.intent_id)

    @contextmanager
    def rolled_back(self):
        with self.connection.transaction(force_rollback=True):
            before = list(self.mine)
            yield
        self.mine = before

    def hold_and_roll_back(self):
        with self.rolled_back():
            self.hold()

    def several(self):
        with self.connection.transaction():
            self.hold()
            with self.rolled_back():
                self.give_back()
                self.hold()
            self.give_back()
            self.hold()

    def give_back(self):
        if self.mine:
            release(self.connection, self.mine.pop(0), self.user)

    def buy(self):
        if self.mine:
            confirm(self.connection, self.mine.pop(), self.user)

    def sweep(self):
        expire_holds(self.connection, self.event_id, self.chance.choice([1, 10, 1000]))

    def lose_patience(self):
        with self.connection.transaction():
            self.connection.execute("set local statement_timeout = '1ms'")
            self.hold()

    def kill(self):
        self.connection.execute(KILL_ANOTHER)


@pytest.mark.parametrize("capacity", [5, 400])
def test_after_a_storm_every_ticket_can_be_had(database, conn, capacity):
    event_id = create_event(conn, "storm", capacity)
    sessions = [Session(database, event_id, number) for number in range(SESSIONS)]
    with ThreadPoolExecutor(SESSIONS) as threads:
        for done in [threads.submit(session.run) for session in sessions]:
            done.result()
    assert holds(audit(conn))
    conn.execute(WAIT_FOR_THE_LAST_DEADLINE)
    sold = stock(conn, event_id).get("sold", 0)
    answers = [reserve(conn, event_id, "last").outcome for _ in range(sold, capacity + 1)]
    assert answers == [Outcome.HELD] * (capacity - sold) + [Outcome.SOLD_OUT]
    assert holds(audit(conn))
