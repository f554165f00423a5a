"""Clients and backends that are killed in the middle leave nothing half done, and no ticket that cannot be sold."""

import subprocess
import sys
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest
from costs import NOTHING_LOCKED, locked_rows, locks_of
from gates import rewrite
from inventory import SQL, contents, stock, violations

from booking_sim.audit import audit, holds
from booking_sim.booking import confirm, create_event, expire_holds, release, reserve
from booking_sim.models import Confirmation, Outcome, Release

pytestmark = pytest.mark.core

OVERDUE = timedelta(microseconds=1)
MINUTE = timedelta(minutes=1)
GATE = (SQL / "gate.sql").read_text(encoding="utf-8")


class House(NamedTuple):
    """An event, the intents of two of its holders, and another event that is full."""

    event_id: int
    ann: int
    bob: int
    full: int


@pytest.fixture
def house(conn):
    """An event of four tickets: one held by ann, one by bob, one overdue, one available."""
    event_id = create_event(conn, "on sale", 4)
    ann = reserve(conn, event_id, "ann")
    bob = reserve(conn, event_id, "bob")
    reserve(conn, event_id, "cid", hold_for=OVERDUE)
    full = create_event(conn, "full", 1)
    reserve(conn, full, "ann")
    return House(event_id, ann.intent_id, bob.intent_id, full)


def assert_all_is_as_if_nothing_had_happened(conn, house, before):
    assert contents(conn) == before
    assert holds(audit(conn))
    assert confirm(conn, house.ann, "ann") is Confirmation.CONFIRMED
    assert release(conn, house.bob, "bob") is Release.RELEASED
    last = reserve(conn, house.event_id, "dan", 3)
    assert last.outcome is Outcome.HELD
    assert confirm(conn, last.intent_id, "dan") is Confirmation.CONFIRMED
    assert stock(conn, house.event_id) == {"sold": 4}
    assert violations(conn) == []


def test_a_client_killed_in_its_transaction_has_done_nothing(database, conn, house):
    before = contents(conn)
    client = [sys.executable, Path(__file__).parent / "killed_client.py", database, *map(str, house[:3])]
    with subprocess.Popen(client, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "True confirmed released 1 held\n"
        assert reserve(conn, house.event_id, "dan", 2).outcome is Outcome.CONTENDED
        process.kill()
    conn.execute("select pg_advisory_lock(1)")  # the server has noticed
    assert_all_is_as_if_nothing_had_happened(conn, house, before)


CALLS = {
    "create_event": lambda _: (create_event, "never seen", 4),
    "reserve": lambda house: (partial(reserve, hold_for=MINUTE, request_key="one"), house.event_id, "eve", 2),
    "refused": lambda house: (reserve, house.full, "eve"),
    "confirm": lambda house: (confirm, house.ann, "ann"),
    "release": lambda house: (release, house.bob, "bob"),
    "expire_holds": lambda _: (expire_holds,),
}
WRITES = {
    "create_event": ["events", "tickets", "stock_checks"],
    "reserve": ["tickets", "booking_intents", "request_keys"],
    "refused": ["stock_checks"],
    "confirm": ["tickets", "booking_intents"],
    "release": ["tickets", "booking_intents", "ticket_returns"],
    "expire_holds": ["tickets", "booking_intents", "ticket_returns"],
}
ENDS = {
    "killed": ("select pg_terminate_backend(%s, 20000)", psycopg.errors.AdminShutdown),  # waits until it is gone
    "cancelled": ("select pg_cancel_backend(%s)", psycopg.errors.QueryCanceled),
}


def end(conn, doomed, how):
    """End a call that waits; its session has no lock afterwards."""
    statement, error = ENDS[how]
    conn.execute(statement, [doomed.pid])
    with pytest.raises(error):
        doomed.result()
    assert locks_of(conn, doomed.pid) == []


@pytest.mark.parametrize("how", ENDS)
@pytest.mark.parametrize(("name", "table"), [(name, table) for name, tables in WRITES.items() for table in tables])
def test_a_call_that_is_ended_after_it_wrote_has_done_nothing(conn, rival, begin, house, name, table, how):
    before = contents(conn)
    conn.execute(GATE.format(table=table))
    rival.execute("select pg_advisory_lock(1)")
    doomed = begin(*CALLS[name](house))
    assert doomed.is_waiting()
    end(conn, doomed, how)
    rival.execute("select pg_advisory_unlock(1)")
    assert locked_rows(conn) == NOTHING_LOCKED
    assert_all_is_as_if_nothing_had_happened(conn, house, before)


LOCKS = {
    "the intents": "select from booking.booking_intents for update",
    "the tickets": "select from booking.tickets for update",
    "the table of tickets": "lock table booking.tickets in access exclusive mode",
}


@pytest.mark.parametrize("how", ENDS)
@pytest.mark.parametrize("lock", LOCKS)
@pytest.mark.parametrize("name", ["reserve", "confirm", "release", "expire_holds"])
def test_a_call_that_is_ended_while_it_waits_has_done_nothing(conn, rival, begin, house, name, lock, how):
    before = contents(conn)
    with rival.transaction(force_rollback=True):
        rival.execute(LOCKS[lock])
        doomed = begin(*CALLS[name](house))
        if doomed.is_waiting():
            end(conn, doomed, how)
        else:  # reserve and expire_holds pass by rows that are locked
            assert name in {"reserve", "expire_holds"}
            assert doomed.result() == 0 or doomed.result().outcome is Outcome.CONTENDED
    assert locked_rows(conn) == NOTHING_LOCKED
    assert_all_is_as_if_nothing_had_happened(conn, house, before)


@pytest.mark.parametrize("how", ENDS)
def test_a_call_that_is_ended_while_it_sleeps_between_two_tries_has_done_nothing(conn, rival, start_call, house, how):
    before = contents(conn)
    asleep = "select wait_event = 'PgSleep' from pg_stat_activity where pid = %s"
    rewrite(conn, "booking.reserve", ("pg_sleep(least(0.0005", "pg_sleep(60 + least(0.0005"))
    with rival.transaction(force_rollback=True):
        rival.execute(LOCKS["the tickets"])
        doomed = start_call(reserve, house.event_id, "eve")
        while conn.execute(asleep, [doomed.pid]).fetchone() != (True,):
            assert doomed.is_waiting()
        conn.execute(ENDS[how][0], [doomed.pid])
        with pytest.raises(ENDS[how][1]):
            doomed.result()
        assert locks_of(conn, doomed.pid) == []
    assert_all_is_as_if_nothing_had_happened(conn, house, before)
