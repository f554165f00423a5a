"""The typed calls: the same answers from both kinds of connection, alone or as part of the caller's transaction."""

import asyncio
from datetime import datetime, timedelta
from itertools import chain

import psycopg
import pytest
from inventory import stock, violations
from psycopg import AsyncConnection
from psycopg.rows import dict_row

from booking_sim.booking import confirm, create_event, expire_holds, release, reserve
from booking_sim.models import Confirmation, Outcome, Release, Reservation

pytestmark = pytest.mark.core

OVERDUE = timedelta(microseconds=1)


@pytest.fixture(params=["sync", "async"])
def ask(request, database, conn):
    """A function that makes a call over one kind of connection and returns its answer."""
    if request.param == "sync":
        yield lambda call, *args, **kwargs: call(conn, *args, **kwargs)
        return
    with asyncio.Runner() as runner:
        connection = runner.run(AsyncConnection.connect(database, autocommit=True))
        yield lambda call, *args, **kwargs: runner.run(call(connection, *args, **kwargs))
        runner.run(connection.close())


def test_every_answer_is_typed(ask):
    event_id = ask(create_event, "on sale", 4)
    hold = ask(reserve, event_id, "ann", 2)
    assert hold == Reservation(Outcome.HELD, hold.intent_id, hold.ticket_nos, hold.hold_expires_at)
    assert (type(event_id), type(hold.intent_id), type(hold.hold_expires_at)) == (int, int, datetime)
    assert hold.hold_expires_at.tzinfo is not None
    assert [type(ticket) for ticket in hold.ticket_nos] == [int, int]
    assert ask(reserve, event_id, "bob", 3) == Reservation(Outcome.SOLD_OUT, None, (), None)
    given_up, overdue = ask(reserve, event_id, "dan"), ask(reserve, event_id, "cid", hold_for=OVERDUE)
    answers = [
        ask(confirm, hold.intent_id, "bob"),
        ask(confirm, hold.intent_id, "ann"),
        ask(confirm, hold.intent_id, "ann"),
        ask(release, hold.intent_id, "ann"),
        ask(release, given_up.intent_id, "cid"),
        ask(release, given_up.intent_id, "dan"),
        ask(release, given_up.intent_id, "dan"),
        ask(confirm, given_up.intent_id, "dan"),
        ask(confirm, overdue.intent_id, "cid"),
        ask(release, overdue.intent_id, "cid"),
    ]
    assert answers == [
        Confirmation.NOT_FOUND,
        Confirmation.CONFIRMED,
        Confirmation.ALREADY_CONFIRMED,
        Release.CONFIRMED,
        Release.NOT_FOUND,
        Release.RELEASED,
        Release.ALREADY_RELEASED,
        Confirmation.RELEASED,
        Confirmation.EXPIRED,
        Release.EXPIRED,
    ]
    assert {type(answer) for answer in answers} == {Confirmation, Release}
    assert ask(expire_holds, event_id) == 1


def test_a_rollback_of_the_callers_transaction_undoes_every_call(conn):
    event_id = create_event(conn, "on sale", 3)
    kept, given = reserve(conn, event_id, "ann"), reserve(conn, event_id, "bob")
    reserve(conn, event_id, "cid", hold_for=OVERDUE)
    with conn.transaction(force_rollback=True):
        confirm(conn, kept.intent_id, "ann")
        release(conn, given.intent_id, "bob")
        assert expire_holds(conn) == 1
        assert reserve(conn, event_id, "dan", 2).outcome is Outcome.HELD
        undone = create_event(conn, "never seen", 1)
    assert stock(conn, event_id) == {"held": 3}
    assert stock(conn, undone) == {}
    assert confirm(conn, given.intent_id, "bob") is Confirmation.CONFIRMED
    assert expire_holds(conn) == 1


def test_a_commit_of_the_callers_transaction_keeps_every_call(database, conn):
    with psycopg.connect(database) as caller:  # not autocommit: the first call opens the transaction
        event_id = create_event(caller, "on sale", 3)
        hold = reserve(caller, event_id, "ann", 2)
        assert confirm(caller, hold.intent_id, "ann") is Confirmation.CONFIRMED
        assert stock(conn, event_id) == {}
    assert stock(conn, event_id) == {"sold": 2, "available": 1}
    assert violations(conn) == []


def test_a_connections_own_row_factory_makes_no_difference(conn):
    conn.row_factory = dict_row
    event_id = create_event(conn, "on sale", 1)
    assert reserve(conn, event_id, "ann").ticket_nos == (1,)


def test_many_calls_over_a_few_connections_at_once(database, conn):
    event_id = create_event(conn, "on sale", 10)

    async def buy(buyers):
        async with await AsyncConnection.connect(database, autocommit=True) as connection:
            answers = []
            for buyer in buyers:
                while (answer := await reserve(connection, event_id, buyer)).outcome is Outcome.CONTENDED:
                    pass
                answers.append(answer.outcome)
            return answers

    async def everybody():
        return await asyncio.gather(*(buy(f"buyer {n}" for n in range(first, 30, 4)) for first in range(4)))

    outcomes = [*chain.from_iterable(asyncio.run(everybody()))]
    assert (outcomes.count(Outcome.HELD), outcomes.count(Outcome.SOLD_OUT)) == (10, 20)
    assert violations(conn) == []


COLUMNS = {
    "events": "id bigint, name text, capacity integer, created_at timestamp with time zone",
    "tickets": "event_id bigint, ticket_no integer, status booking.ticket_status, intent_id bigint?, held_by text?, "
    "hold_expires_at timestamp with time zone?, returned_no integer?",
    "booking_intents": "id bigint, event_id bigint, user_id text, quantity integer, ticket_nos integer[], "
    "status booking.intent_status, request_key text?, hold_for interval, created_at timestamp with time zone, "
    "expires_at timestamp with time zone, confirmed_at timestamp with time zone?, "
    "released_at timestamp with time zone?, expired_at timestamp with time zone?",
}
"""The columns that other clients may read; `?` after those that can be null."""


@pytest.mark.parametrize("table", COLUMNS)
def test_the_tables_have_the_columns_that_other_clients_know(conn, table):
    query = """
        select string_agg(attname || ' ' || format_type(atttypid, null) || case when attnotnull then '' else '?' end,
            ', ' order by attnum)
        from pg_attribute
        where attrelid = %s::regclass and attnum > 0 and not attisdropped"""
    assert conn.execute(query, [f"booking.{table}"]).fetchone() == (COLUMNS[table],)


STATUSES = {
    "ticket_status": ["available", "held", "sold"],
    "intent_status": ["pending", "confirmed", "expired", "released"],
}


@pytest.mark.parametrize("name", STATUSES)
def test_the_statuses_are_those_that_other_clients_know(conn, name):
    assert conn.execute(f"select enum_range(null::booking.{name})::text[]").fetchone() == (STATUSES[name],)


SIGNATURES = {
    "create_event": "name text, capacity integer -> bigint",
    "reserve": "event_id bigint, user_id text, quantity integer DEFAULT 1, "
    "hold_for interval DEFAULT '00:05:00'::interval, request_key text DEFAULT NULL::text, OUT outcome text, "
    "OUT intent_id bigint, OUT ticket_nos integer[], OUT hold_expires_at timestamp with time zone -> record",
    "confirm": "intent_id bigint, user_id text -> text",
    "release": "intent_id bigint, user_id text -> text",
    "expire_holds": "event_id bigint DEFAULT NULL::bigint, max_tickets integer DEFAULT 1000 -> integer",
}


def test_the_functions_have_the_signatures_that_other_clients_know(conn):
    query = """
        select proname, pg_get_function_arguments(oid) || ' -> ' || pg_get_function_result(oid)
        from pg_proc
        where pronamespace = 'booking'::regnamespace and proname = any (%s)"""
    assert dict(conn.execute(query, [list(SIGNATURES)]).fetchall()) == SIGNATURES
