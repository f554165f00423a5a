"""What a call did not take is not locked: after refusals, failed tries and lost races, also in an open transaction."""

from contextlib import contextmanager, suppress
from datetime import timedelta

import psycopg
import pytest
from costs import NOTHING_LOCKED, locked_rows
from gates import AT_TICKET, CLOSE, OPEN, PASS, rewrite

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
            f"select from booking.{locked} where {column} ="
            " (select id from booking.booking_intents where user_id = 'cid') limit 1 for key share"
        )
        before = locked_rows(conn)
        with open_transaction(rival):
            assert expire_holds(rival, hall) == 0
            assert reserve(rival, hall, "eve", 4).outcome is Outcome.CONTENDED
            assert locked_rows(conn) == before
        locker.rollback()


# Races: the victim waits between its snapshot and its locks; a rival changes and commits what it will lock.

GROUP = 10
AVAILABLE = "t.ticket_no = any ({}) and t.status = 'available'"
PLACES = {  # where a claim of all tickets is stopped: the function, a condition in it, where its first try begins
    "the first try": ("reserve", "and t.ticket_no between place and place + quantity - 1", 1),
    "what is not locked": ("unlocked", AVAILABLE.format("candidates"), 5),
    "what was found": ("find_tickets", AVAILABLE.format("found"), 5),
}


def race(conn, begin, victim_call, rival_call):
    """Run a call that is stopped while a rival works."""
    conn.execute(CLOSE)
    victim = begin(victim_call)
    assert victim.is_waiting()
    rival_call()
    conn.execute(OPEN)
    return victim.result()


def claim_all(connection, event_id):
    """Reserve all tickets in a transaction that stays open."""
    connection.execute("begin")
    return reserve(connection, event_id, "group", GROUP).outcome


def take_some(rival, event_id):
    """Take what is not locked yet of each third ticket."""
    rival.execute(
        "update booking.tickets set status = 'held', intent_id = 0, held_by = 'x', hold_expires_at = 'infinity'"
        " where (event_id, ticket_no) in (select event_id, ticket_no from booking.tickets where event_id = %s and"
        " ticket_no %% 3 = 0 for update skip locked)",
        [event_id],
    )


@pytest.fixture
def sale(conn):
    """An event of ten tickets; a query can be made to wait at the fifth."""
    conn.execute(AT_TICKET.format(ticket_no=5))
    return create_event(conn, "race", GROUP)


def test_a_plain_claim_keeps_rows_locked_that_it_lost(conn, rival, begin, sale):
    """The control: without a subtransaction, more rows stay locked than were returned."""

    def plain_claim(connection):
        connection.execute("begin")
        query = """
            select count(*) from (
                select from booking.tickets where event_id = %s and status = 'available' and public.gate(ticket_no)
                order by ticket_no for update skip locked
            ) as t"""
        return connection.execute(query, [sale]).fetchone()[0]

    claimed = race(conn, begin, plain_claim, lambda: take_some(rival, sale))
    assert 0 < claimed < locked_rows(conn)["tickets"]


@pytest.mark.parametrize("place", PLACES)
def test_a_claim_that_lost_a_race_keeps_no_row_locked(conn, rival, begin, sale, place):
    function, condition, number = PLACES[place]
    rewrite(conn, f"booking.{function}", (condition, f"{condition} and public.gate(t.ticket_no)"))
    conn.execute("select setval('booking.places', %s, false)", [GROUP + number - 1])
    outcome = race(conn, begin, lambda connection: claim_all(connection, sale), lambda: take_some(rival, sale))
    assert outcome is Outcome.SOLD_OUT
    assert locked_rows(conn) == NOTHING_LOCKED


def test_a_takeover_that_lost_a_race_keeps_no_row_locked(conn, rival, begin, sale):
    """The overdue hold is expired by a sweeper while a buyer is on its way to it."""
    reserve(conn, sale, "late", GROUP, hold_for=OVERDUE)
    condition = "i.id = intent_id and i.status = 'pending' and i.expires_at <= clock_timestamp()"
    rewrite(conn, "booking.expire_intent", (condition, f"{condition} and public.gate(5)"))

    def sweep():
        rival.execute(PASS)
        assert expire_holds(rival, sale) == GROUP
        assert reserve(rival, sale, "rival").outcome is Outcome.HELD

    assert race(conn, begin, lambda connection: claim_all(connection, sale), sweep) is Outcome.SOLD_OUT
    assert locked_rows(conn) == NOTHING_LOCKED
