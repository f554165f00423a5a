"""What a call did not take stays unlocked: after refusals, failed tries and lost races, also in the caller's
transaction."""

import os
import random
import signal
from contextlib import contextmanager, suppress
from datetime import timedelta
from threading import Thread, Timer
from time import sleep

import psycopg
import pytest
from costs import NOTHING_LOCKED, locked_rows

from booking_sim.booking import BookingError, confirm, create_event, expire_holds, release, reserve
from booking_sim.models import Confirmation, Outcome, Release

pytestmark = pytest.mark.core

OVERDUE = timedelta(microseconds=1)


@contextmanager
def open_transaction(connection):
    """A transaction of the caller's, which is rolled back at the end."""
    with connection.transaction(force_rollback=True):
        yield


@pytest.fixture
def hall(conn):
    """An event of ten tickets: three held, three sold, two overdue in one hold, two never held."""
    event_id = create_event(conn, "on sale", 10)
    reserve(conn, event_id, "ann", 3)
    confirm(conn, reserve(conn, event_id, "bob", 3).intent_id, "bob")
    reserve(conn, event_id, "cid", 2, hold_for=OVERDUE)
    return event_id


def test_the_instrument_sees_locks_of_every_kind(conn, rival, hall):
    for query in ("for update", "for no key update", "for share", "for key share"):
        with open_transaction(rival):
            rival.execute(f"select from booking.tickets where event_id = %s {query}", [hall])
            assert locked_rows(conn)["tickets"] == 10
    with open_transaction(rival):
        assert reserve(rival, hall, "eve", 4).outcome is Outcome.HELD
        assert locked_rows(conn) == {"tickets": 4, "booking_intents": 1, "events": 0}  # the overdue one
    assert locked_rows(conn) == NOTHING_LOCKED


@pytest.mark.parametrize("key", [None, "one"])
@pytest.mark.parametrize("quantity", [5, 10])
def test_a_refusal_in_an_open_transaction_locks_no_row(conn, rival, hall, quantity, key):
    for _ in range(2):  # found by a search, and read from a stock check
        with open_transaction(rival):
            assert reserve(rival, hall, "eve", quantity, request_key=key).outcome is Outcome.SOLD_OUT
            assert locked_rows(conn) == NOTHING_LOCKED
            assert reserve(conn, hall, "fay", 4, hold_for=OVERDUE).outcome is Outcome.HELD


@pytest.mark.parametrize("key", [None, "one"])
def test_a_contended_call_in_an_open_transaction_locks_no_row(database, conn, rival, hall, key):
    with psycopg.connect(database) as locker:
        locker.execute("select from booking.tickets where event_id = %s and ticket_no in (9, 10) for update", [hall])
        locked = locked_rows(conn)
        with open_transaction(rival):
            assert reserve(rival, hall, "eve", 4, request_key=key).outcome is Outcome.CONTENDED
            assert locked_rows(conn) == locked
        locker.rollback()


def test_answers_about_ended_holds_and_bad_input_lock_no_ticket(conn, rival, hall):
    overdue = conn.execute("select id from booking.booking_intents where user_id = 'cid'").fetchone()[0]
    with open_transaction(rival):
        assert confirm(rival, overdue, "ann") is Confirmation.NOT_FOUND
        assert release(rival, 999, "ann") is Release.NOT_FOUND
        with suppress(BookingError), rival.transaction():
            reserve(rival, hall, "eve", 11)
        assert locked_rows(conn) == NOTHING_LOCKED


@pytest.mark.parametrize("locked", ["tickets", "booking_intents"])
def test_what_could_not_be_expired_is_not_locked(database, conn, rival, hall, locked):
    """One row of the overdue hold is locked by somebody: the sweeper and the buyer leave the other rows of it alone."""
    with psycopg.connect(database) as locker:
        column = "intent_id" if locked == "tickets" else "id"
        locker.execute(
            f"select from booking.{locked}"
            f" where {column} = (select id from booking.booking_intents where user_id = 'cid')"
            " limit 1 for key share"
        )
        before = locked_rows(conn)
        with open_transaction(rival):
            assert expire_holds(rival, hall) == 0
            assert reserve(rival, hall, "eve", 4).outcome is Outcome.CONTENDED
            assert locked_rows(conn) == before
        locker.rollback()


# Races: the victim is stopped between its snapshot and its locks, and a rival changes and commits what it is about
# to lock.


@pytest.fixture
def local(server):
    """Only a server on this machine can be stopped."""
    if server.bin_dir is None:
        pytest.skip("the server's processes cannot be stopped from here")


@contextmanager
def stopped(pid):
    """Stop a backend, for a moment at most: it may hold a latch that everybody waits for."""
    os.kill(pid, signal.SIGSTOP)
    go_on = Timer(0.08, os.kill, (pid, signal.SIGCONT))
    go_on.start()
    try:
        yield
    finally:
        go_on.cancel()
        os.kill(pid, signal.SIGCONT)


TRIES = 20
GROUP = 2000


def races(database, conn, rival, prepare, victim_call, rival_call, tries=TRIES):
    """Run a call that is stopped at a random moment while a rival works; yield its answer and what it left locked."""
    chance = random.Random(7)
    for _ in range(tries):
        event_id = create_event(conn, "race", GROUP)
        prepare(event_id)
        with psycopg.connect(database) as victim:
            victim.execute("select pg_backend_pid()")
            answers = []
            thread = Thread(target=lambda: answers.append(victim_call(victim, event_id)))  # noqa: B023  joined in its turn
            thread.start()
            sleep(chance.uniform(0.0005, 0.008))
            with stopped(victim.info.backend_pid):
                rival_call(event_id)
            thread.join()
            yield event_id, answers[0], locked_rows(conn)
            victim.rollback()


def take_some(rival):
    """Take what is not locked yet: the last tickets of the group, singly and committed."""

    def take(event_id):
        rival.execute(
            "update booking.tickets set status = 'held', intent_id = 0, held_by = 'x', hold_expires_at = 'infinity'"
            " where (event_id, ticket_no) in (select event_id, ticket_no from booking.tickets where event_id = %s and"
            " ticket_no %% 3 = 0 for update skip locked)",
            [event_id],
        )

    return take


def plain_claim(victim, event_id):
    query = """
        select count(*) from (
            select from booking.tickets where event_id = %s and status = 'available'
            order by ticket_no for update skip locked
        ) as t"""
    return victim.execute(query, [event_id]).fetchone()[0]


def test_a_plain_claim_keeps_rows_locked_that_it_lost(database, conn, rival, local):
    """The control: without a subtransaction, some of these races leave more rows locked than were returned."""
    runs = races(database, conn, rival, lambda _: None, plain_claim, take_some(rival), 10 * TRIES)
    assert any(locked["tickets"] > claimed for _, claimed, locked in runs)


def reserve_all(victim, event_id):
    return reserve(victim, event_id, "group", GROUP).outcome


def test_a_claim_that_lost_a_race_keeps_no_row_locked(database, conn, rival, local):
    outcomes = set()
    for _, outcome, locked in races(database, conn, rival, lambda _: None, reserve_all, take_some(rival)):
        outcomes.add(outcome)
        if outcome is Outcome.HELD:
            assert locked == NOTHING_LOCKED | {"tickets": GROUP}
        else:
            assert locked == NOTHING_LOCKED, outcome
    assert outcomes - {Outcome.HELD}


def test_a_takeover_that_lost_a_race_keeps_no_row_locked(database, conn, rival, local):
    """The overdue holds are expired by a sweeper while a buyer is on its way to them."""

    def prepare(event_id):
        conn.execute("select booking.reserve(%s, 'late', 20, '1 microsecond') from generate_series(1, 100)", [event_id])

    def sweep(event_id):
        expire_holds(rival, event_id)
        reserve(rival, event_id, "rival", 1)

    for event_id, outcome, locked in races(database, conn, rival, prepare, reserve_all, sweep):
        mine = {"tickets": GROUP, "booking_intents": locked["booking_intents"], "events": 0}
        assert locked == (mine if outcome is Outcome.HELD else NOTHING_LOCKED), (event_id, outcome)
