"""sold_out is final, so it must be true: a ticket that is merely locked by an open transaction may come back."""

import asyncio
from datetime import timedelta

import psycopg
import pytest
from inventory import stock, violations
from psycopg import AsyncConnection

from booking_sim.booking import confirm, create_event, expire_holds, release, reserve
from booking_sim.models import Outcome

pytestmark = pytest.mark.core

SHORT = timedelta(milliseconds=400)
OVERDUE = timedelta(microseconds=1)
NOT_REFUSED = {Outcome.HELD, Outcome.CONTENDED}


@pytest.fixture(autouse=True)
def bounded(conn):
    """No reserve waits for ever."""
    conn.execute("set statement_timeout = '20s'")


@pytest.mark.parametrize(("capacity", "taken", "wanted"), [(1, 1, 1), (2, 2, 2), (2, 1, 2), (2, 2, 1), (5, 3, 4)])
def test_behind_an_open_reserve_that_rolls_back_nobody_is_refused(conn, rival, capacity, taken, wanted):
    event_id = create_event(conn, "on sale", capacity)
    with rival.transaction():
        assert reserve(rival, event_id, "ann", taken).outcome is Outcome.HELD
        assert (
            reserve(conn, event_id, "bob", wanted).outcome is Outcome.CONTENDED
        )  # so few are left that it cannot be held
        raise psycopg.Rollback
    assert reserve(conn, event_id, "bob", wanted).outcome is Outcome.HELD
    assert violations(conn) == []


def test_beside_an_open_reserve_the_tickets_that_are_free_can_be_had(conn, rival):
    event_id = create_event(conn, "on sale", 3)
    with rival.transaction():
        taken = reserve(rival, event_id, "ann").ticket_nos
        held = reserve(conn, event_id, "bob", 2)
    assert held.outcome is Outcome.HELD
    assert not set(held.ticket_nos) & set(taken)
    assert violations(conn) == []


@pytest.mark.parametrize("wanted", [1, 2])
def test_behind_an_open_reserve_that_commits_it_is_sold_out_afterwards(conn, rival, wanted):
    event_id = create_event(conn, "on sale", wanted)
    with rival.transaction():
        reserve(rival, event_id, "ann")
    assert reserve(conn, event_id, "bob", wanted).outcome is Outcome.SOLD_OUT


@pytest.mark.parametrize("wanted", [1, 2])
@pytest.mark.parametrize("taker", [reserve, expire_holds])
def test_behind_an_open_end_of_an_overdue_hold_nobody_is_refused(conn, rival, taker, wanted):
    event_id = create_event(conn, "on sale", 2)
    reserve(conn, event_id, "ann", 2, hold_for=OVERDUE)
    with rival.transaction():
        if taker is reserve:
            assert reserve(rival, event_id, "bob", wanted).outcome is Outcome.HELD
        else:
            assert expire_holds(rival, event_id) == 2
        assert reserve(conn, event_id, "cid", wanted).outcome in NOT_REFUSED
        raise psycopg.Rollback
    assert reserve(conn, event_id, "cid", 2).outcome in {Outcome.HELD, Outcome.SOLD_OUT}
    assert violations(conn) == []


@pytest.mark.parametrize("wanted", [1, 2])
@pytest.mark.parametrize("call", [confirm, release])
def test_behind_an_open_call_whose_hold_is_overdue_by_now_nobody_is_refused(conn, rival, call, wanted):
    event_id = create_event(conn, "on sale", 2)
    hold = reserve(conn, event_id, "ann", 2, hold_for=SHORT)
    with rival.transaction():
        call(rival, hold.intent_id, "ann")
        conn.execute("select pg_sleep_until(%s)", [hold.hold_expires_at])
        assert reserve(conn, event_id, "bob", wanted).outcome in NOT_REFUSED
        raise psycopg.Rollback


@pytest.mark.parametrize("call", [confirm, release])
def test_behind_an_open_call_on_a_live_hold_nothing_is_given_away(conn, rival, call):
    event_id = create_event(conn, "on sale", 1)
    hold = reserve(conn, event_id, "ann")
    with rival.transaction():
        call(rival, hold.intent_id, "ann")
        assert reserve(conn, event_id, "bob").outcome is not Outcome.HELD
        raise psycopg.Rollback
    assert reserve(conn, event_id, "bob").outcome is Outcome.SOLD_OUT
    assert stock(conn, event_id) == {"held": 1}


def test_among_many_of_whom_nobody_ever_commits_nobody_is_refused(database, conn):
    event_id = create_event(conn, "on sale", 2)

    async def dither(connection, quantity):
        async with connection.transaction(force_rollback=True):
            return (await reserve(connection, event_id, "ditherer", quantity)).outcome

    async def serve(quantity):
        async with await AsyncConnection.connect(database, autocommit=True) as connection:
            return {await dither(connection, quantity) for _ in range(40)}

    async def everybody():
        return await asyncio.gather(*(serve(quantity) for quantity in [1, 2, 1, 2, 1, 2]))

    assert set().union(*asyncio.run(everybody())) <= NOT_REFUSED
    assert stock(conn, event_id) == {"available": 2}


def test_who_was_refused_beside_an_open_release_can_have_the_ticket_once_it_is_back(conn, rival):
    event_id = create_event(conn, "on sale", 1)
    hold = reserve(conn, event_id, "ann")
    with rival.transaction():
        release(rival, hold.intent_id, "ann")
        assert reserve(conn, event_id, "bob").outcome is not Outcome.HELD
    assert reserve(conn, event_id, "bob").outcome is Outcome.HELD


def test_a_refusal_in_a_transaction_that_rolls_back_is_forgotten(conn, rival):
    event_id = create_event(conn, "on sale", 2)
    with rival.transaction():
        assert reserve(rival, event_id, "ann", 2).outcome is Outcome.HELD
        assert reserve(rival, event_id, "ann").outcome is not Outcome.HELD
        raise psycopg.Rollback
    assert reserve(conn, event_id, "bob", 2).outcome is Outcome.HELD


def test_after_a_storm_of_holds_and_releases_all_tickets_can_be_had(database, conn):
    event_id = create_event(conn, "on sale", 4)

    async def hold_and_release(connection, user_id, quantity):
        hold = await reserve(connection, event_id, user_id, quantity)
        if hold.outcome is Outcome.HELD:
            await release(connection, hold.intent_id, user_id)

    async def serve(number):
        async with await AsyncConnection.connect(database, autocommit=True) as connection:
            for turn in range(20):
                await hold_and_release(connection, f"buyer {number}", 1 + (number + turn) % 3)

    async def storm():
        await asyncio.gather(*(serve(number) for number in range(12)))

    for _ in range(2):
        asyncio.run(storm())
        assert reserve(conn, event_id, "late", 4, hold_for=OVERDUE).outcome is Outcome.HELD
    assert violations(conn) == []
