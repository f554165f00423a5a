"""A payment that comes late never sells: what counts is the database's clock after every wait."""

from datetime import timedelta

import psycopg
import pytest
from inventory import stock, violations

from booking_sim.booking import confirm, create_event, release, reserve
from booking_sim.models import Confirmation, Outcome, Release

pytestmark = pytest.mark.core

SHORT = timedelta(milliseconds=400)
OVERDUE = timedelta(microseconds=1)

LOCKS = {
    "intent": "select from booking.booking_intents where id = %s for update",
    "first ticket": "select from booking.tickets where intent_id = %s order by ticket_no limit 1 for update",
    "last ticket": "select from booking.tickets where intent_id = %s order by ticket_no desc limit 1 for update",
}


def sleep_until(conn, moment):
    conn.execute("select pg_sleep_until(%s)", [moment])


@pytest.mark.parametrize("locked", LOCKS)
@pytest.mark.parametrize(("call", "answer"), [(confirm, Confirmation.EXPIRED), (release, Release.EXPIRED)])
def test_who_waited_past_the_deadline_is_expired(conn, rival, begin, locked, call, answer):
    event_id = create_event(conn, "on sale", 2)
    hold = reserve(conn, event_id, "ann", 2, hold_for=SHORT)
    with rival.transaction():
        rival.execute(LOCKS[locked], [hold.intent_id])
        late = begin(call, hold.intent_id, "ann")
        sleep_until(conn, hold.hold_expires_at)
    assert late.result() is answer
    assert "sold" not in stock(conn, event_id)
    assert reserve(conn, event_id, "bob", 2).outcome is Outcome.HELD
    assert violations(conn) == []


@pytest.mark.parametrize("locked", LOCKS)
@pytest.mark.parametrize(("call", "answer"), [(confirm, Confirmation.CONFIRMED), (release, Release.RELEASED)])
def test_who_waited_and_is_still_in_time_succeeds(conn, rival, begin, locked, call, answer):
    event_id = create_event(conn, "on sale", 2)
    hold = reserve(conn, event_id, "ann", 2)
    with rival.transaction():
        rival.execute(LOCKS[locked], [hold.intent_id])
        in_time = begin(call, hold.intent_id, "ann")
        assert in_time.is_waiting()
    assert in_time.result() is answer
    assert violations(conn) == []


@pytest.mark.parametrize("call", [confirm, release])
def test_a_confirm_that_waited_for_a_call_that_was_rolled_back_is_expired(conn, rival, begin, call):
    event_id = create_event(conn, "on sale", 1)
    hold = reserve(conn, event_id, "ann", hold_for=SHORT)
    with rival.transaction():
        call(rival, hold.intent_id, "ann")
        late = begin(confirm, hold.intent_id, "ann")
        sleep_until(conn, hold.hold_expires_at)
        raise psycopg.Rollback
    assert late.result() is Confirmation.EXPIRED
    assert "sold" not in stock(conn, event_id)


def test_a_confirm_in_a_transaction_begun_before_the_deadline_is_expired(conn):
    event_id = create_event(conn, "on sale", 1)
    hold = reserve(conn, event_id, "ann", hold_for=SHORT)
    with conn.transaction():
        conn.execute("select now()")
        sleep_until(conn, hold.hold_expires_at)
        assert confirm(conn, hold.intent_id, "ann") is Confirmation.EXPIRED
    assert "sold" not in stock(conn, event_id)


def test_after_a_new_holder_came_confirm_is_expired_and_the_new_holder_keeps_it(conn):
    event_id = create_event(conn, "on sale", 1)
    old = reserve(conn, event_id, "ann", hold_for=OVERDUE)
    new = reserve(conn, event_id, "bob")
    assert new.ticket_nos == old.ticket_nos
    assert confirm(conn, old.intent_id, "ann") is Confirmation.EXPIRED
    assert violations(conn) == []
    assert confirm(conn, new.intent_id, "bob") is Confirmation.CONFIRMED
    assert confirm(conn, old.intent_id, "ann") is Confirmation.EXPIRED
    assert violations(conn) == []


def test_the_same_user_as_new_holder_is_distinguished_from_the_old(conn):
    event_id = create_event(conn, "on sale", 1)
    old = reserve(conn, event_id, "ann", hold_for=OVERDUE)
    new = reserve(conn, event_id, "ann")
    assert confirm(conn, old.intent_id, "ann") is Confirmation.EXPIRED
    assert confirm(conn, new.intent_id, "ann") is Confirmation.CONFIRMED


@pytest.mark.parametrize("new_holder_stays", [True, False])
def test_a_confirm_that_meets_the_new_holder_on_its_way_is_expired(conn, rival, begin, new_holder_stays):
    event_id = create_event(conn, "on sale", 1)
    old = reserve(conn, event_id, "ann", hold_for=OVERDUE)
    with rival.transaction():
        new = reserve(rival, event_id, "bob")
        assert new.outcome is Outcome.HELD
        late = begin(confirm, old.intent_id, "ann")
        if not new_holder_stays:
            raise psycopg.Rollback
    assert late.result() is Confirmation.EXPIRED
    assert violations(conn) == []
    if new_holder_stays:
        assert confirm(conn, new.intent_id, "bob") is Confirmation.CONFIRMED
    else:
        assert reserve(conn, event_id, "cid").outcome is Outcome.HELD
