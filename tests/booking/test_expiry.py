"""A hold lasts until its deadline by the database's clock, not a moment less or more, whether a sweeper runs or not."""

import asyncio
from datetime import timedelta

import psycopg
import pytest
from inventory import stock, violations
from psycopg import AsyncConnection

from booking_sim.booking import confirm, create_event, expire_holds, release, reserve
from booking_sim.models import Confirmation, Outcome, Release

pytestmark = pytest.mark.core

SHORT = timedelta(milliseconds=250)
OVERDUE = timedelta(microseconds=1)


@pytest.fixture(params=["sweeper off", "sweeper on"])
def sweep(request, conn):
    """What a sweeper does from time to time, if there is one."""
    return (lambda: expire_holds(conn)) if request.param == "sweeper on" else (lambda: 0)


def created_at(conn, hold):
    query = "select created_at from booking.booking_intents where id = %s"
    return conn.execute(query, [hold.intent_id]).fetchone()[0]


def clock(conn):
    return conn.execute("select clock_timestamp()").fetchone()[0]


def test_at_the_deadline_the_tickets_can_be_reserved(conn, sweep):
    event_id = create_event(conn, "on sale", 3)
    hold = reserve(conn, event_id, "ann", 3, hold_for=SHORT)
    conn.execute("select pg_sleep_until(%s)", [hold.hold_expires_at])
    sweep()
    assert reserve(conn, event_id, "bob", 3).outcome is Outcome.HELD
    assert violations(conn) == []


def test_until_the_deadline_the_tickets_cannot_be_reserved_and_not_a_moment_longer(conn, sweep):
    event_id = create_event(conn, "on sale", 1)
    first = reserve(conn, event_id, "ann", hold_for=SHORT)
    asked_at = clock(conn)
    while (second := reserve(conn, event_id, "bob")).outcome is Outcome.SOLD_OUT:
        assert asked_at < first.hold_expires_at
        sweep()
        asked_at = clock(conn)
    assert second.outcome is Outcome.HELD
    assert created_at(conn, second) >= first.hold_expires_at
    assert violations(conn) == []


def test_a_live_hold_is_left_alone(conn, sweep):
    event_id = create_event(conn, "on sale", 1)
    hold = reserve(conn, event_id, "ann")
    assert sweep() == 0
    assert reserve(conn, event_id, "bob").outcome is Outcome.SOLD_OUT
    assert confirm(conn, hold.intent_id, "ann") is Confirmation.CONFIRMED
    assert sweep() == 0
    assert stock(conn, event_id) == {"sold": 1}


def test_the_outcomes_are_the_same_with_a_sweeper_and_without(conn, sweep):
    event_id = create_event(conn, "on sale", 4)
    overdue = reserve(conn, event_id, "ann", 2, hold_for=OVERDUE)
    also_overdue = reserve(conn, event_id, "bob", 1, hold_for=OVERDUE)
    sweep()
    assert confirm(conn, overdue.intent_id, "ann") is Confirmation.EXPIRED
    assert release(conn, also_overdue.intent_id, "bob") is Release.EXPIRED
    sweep()
    taken = reserve(conn, event_id, "cid", 3)
    assert taken.outcome is Outcome.HELD
    sweep()
    assert reserve(conn, event_id, "dan", 2).outcome is Outcome.SOLD_OUT
    assert confirm(conn, taken.intent_id, "cid") is Confirmation.CONFIRMED
    sweep()
    assert confirm(conn, overdue.intent_id, "ann") is Confirmation.EXPIRED
    assert release(conn, also_overdue.intent_id, "bob") is Release.EXPIRED
    assert reserve(conn, event_id, "dan", 1).outcome is Outcome.HELD
    assert violations(conn) == []


def test_the_deadline_counts_from_the_hold_and_not_from_the_start_of_the_transaction(conn):
    event_id = create_event(conn, "on sale", 1)
    with conn.transaction():
        (began,) = conn.execute("select now()").fetchone()
        conn.execute("select pg_sleep_until(%s)", [began + SHORT])
        hold = reserve(conn, event_id, "ann", hold_for=SHORT)
    assert hold.hold_expires_at >= began + 2 * SHORT


def test_a_hold_lasts_five_minutes_unless_said_otherwise(conn):
    event_id = create_event(conn, "on sale", 2)
    typed = reserve(conn, event_id, "ann")
    (plain,) = conn.execute("select intent_id from booking.reserve(%s, 'bob')", [event_id]).fetchone()
    query = "select id, expires_at - created_at from booking.booking_intents"
    five = timedelta(minutes=5)
    assert dict(conn.execute(query).fetchall()) == {typed.intent_id: five, plain: five}


def test_a_hold_of_many_tickets_expires_whole_when_one_of_them_is_taken(conn):
    event_id = create_event(conn, "on sale", 3)
    old = reserve(conn, event_id, "ann", 3, hold_for=OVERDUE)
    assert reserve(conn, event_id, "bob").outcome is Outcome.HELD
    assert violations(conn) == []
    assert stock(conn, event_id) == {"available": 2, "held": 1}
    assert confirm(conn, old.intent_id, "ann") is Confirmation.EXPIRED


def test_a_group_takes_over_a_thousand_holds_of_one_ticket(conn):
    event_id = create_event(conn, "on sale", 1000)
    conn.execute("select booking.reserve(%s, 'late', 1, '1 microsecond') from generate_series(1, 1000)", [event_id])
    assert reserve(conn, event_id, "group", 1000).outcome is Outcome.HELD


def test_the_sweeper_gives_back_holds_whole_until_it_has_enough(conn):
    event_id = create_event(conn, "on sale", 12)
    for buyer in range(4):
        reserve(conn, event_id, f"buyer {buyer}", 3, hold_for=OVERDUE)
    assert expire_holds(conn, event_id, max_tickets=1) == 3
    assert stock(conn, event_id) == {"available": 3, "held": 9}
    assert violations(conn) == []
    assert expire_holds(conn, event_id, max_tickets=5) == 6
    assert stock(conn, event_id) == {"available": 9, "held": 3}
    assert expire_holds(conn, event_id, max_tickets=5) == 3
    assert expire_holds(conn, event_id, max_tickets=5) == 0
    assert violations(conn) == []


def test_the_sweeper_sweeps_one_event_or_all(conn):
    events = [create_event(conn, name, 2) for name in ("first", "second", "third")]
    for event_id in events:
        reserve(conn, event_id, "ann", hold_for=OVERDUE)
        reserve(conn, event_id, "bob")
    assert expire_holds(conn, events[1]) == 1
    assert [stock(conn, event_id).get("available", 0) for event_id in events] == [0, 1, 0]
    assert expire_holds(conn, max_tickets=1) == 1
    assert expire_holds(conn) == 1
    assert [stock(conn, event_id) for event_id in events] == [{"available": 1, "held": 1}] * 3
    assert violations(conn) == []


def test_the_sweeper_gives_back_the_oldest_of_all_events_first(conn):
    events = [create_event(conn, f"event {number}", 10) for number in range(5)]
    order = [3, 0, 4, 1, 1, 2, 0, 3, 4, 2, 2, 0]  # of the events, by deadline
    holds = [reserve(conn, events[number], "ann", 1 + turn % 2, hold_for=OVERDUE) for turn, number in enumerate(order)]
    moved = "update booking.{} set {} = {} - interval '1 hour' * %s where {} = %s"
    conn.execute("set session_replication_role = replica")
    for turn, hold in enumerate(holds):  # created in another order than they fall due, and some on the same event
        age = [turn * 7 % len(holds), hold.intent_id]
        conn.execute(moved.format("tickets", "hold_expires_at", "hold_expires_at", "intent_id"), age)
        conn.execute(moved.format("booking_intents", "expires_at", "expires_at", "id"), age)
        conn.execute(moved.format("booking_intents", "created_at", "created_at", "id"), age)
    conn.execute("reset session_replication_role")
    query = "select id from booking.booking_intents where status = 'pending' order by expires_at"
    pending = [intent for (intent,) in conn.execute(query)]
    while pending:
        expire_holds(conn, None, 1)
        pending.pop(0)
        assert [intent for (intent,) in conn.execute(query)] == pending
    assert violations(conn) == []


@pytest.mark.parametrize("confirmed", [True, False])
def test_a_sweeper_leaves_a_hold_that_is_being_confirmed(conn, rival, confirmed):
    conn.execute("set statement_timeout = '20s'")
    event_id = create_event(conn, "on sale", 2)
    hold = reserve(conn, event_id, "ann", 2, hold_for=SHORT)
    with rival.transaction():
        answer = confirm(rival, hold.intent_id, "ann")
        conn.execute("select pg_sleep_until(%s)", [hold.hold_expires_at])
        swept = expire_holds(conn, event_id)
        if not confirmed:
            raise psycopg.Rollback
    swept += expire_holds(conn, event_id)
    sold = confirmed and answer is Confirmation.CONFIRMED
    assert swept == (0 if sold else 2)
    assert stock(conn, event_id) == ({"sold": 2} if sold else {"available": 2})
    assert violations(conn) == []


def test_many_sweepers_and_buyers_at_once_give_each_ticket_back_once(database, conn):
    event_id = create_event(conn, "on sale", 60)
    for buyer in range(30):
        reserve(conn, event_id, f"late {buyer}", 2, hold_for=OVERDUE)

    async def buy(connection, number):
        while (answer := await reserve(connection, event_id, f"buyer {number}", 2)).outcome is Outcome.CONTENDED:
            pass
        return answer.outcome is Outcome.HELD

    async def serve(number):
        async with await AsyncConnection.connect(database, autocommit=True) as connection:
            if number % 2:
                return [await expire_holds(connection, event_id, 5) for _ in range(4)] and []
            return [await buy(connection, number) for _ in range(4)]

    async def everybody():
        return await asyncio.gather(*(serve(number) for number in range(20)))

    held = [answer for answers in asyncio.run(everybody()) for answer in answers]
    assert held.count(True) == 30
    assert stock(conn, event_id) == {"held": 60}
    assert violations(conn) == []
