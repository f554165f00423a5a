"""Clients and backends that are killed in the middle leave nothing half done, and no ticket that cannot be sold."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest
from inventory import SQL, contents, stock, violations

from booking_sim.audit import audit, holds
from booking_sim.booking import confirm, create_event, expire_holds, release, reserve
from booking_sim.models import Confirmation, Outcome, Release

pytestmark = pytest.mark.core

OVERDUE = timedelta(microseconds=1)
GATE = (SQL / "gate.sql").read_text(encoding="utf-8")


class House(NamedTuple):
    """An event, and the intents of two of its holders."""

    event_id: int
    ann: int
    bob: int


@pytest.fixture
def house(conn):
    """An event of four tickets: one held by ann, one by bob, one overdue, one available."""
    event_id = create_event(conn, "on sale", 4)
    ann = reserve(conn, event_id, "ann")
    bob = reserve(conn, event_id, "bob")
    reserve(conn, event_id, "cid", hold_for=OVERDUE)
    return House(event_id, ann.intent_id, bob.intent_id)


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
    client = [sys.executable, Path(__file__).parent / "killed_client.py", database, *map(str, house)]
    with subprocess.Popen(client, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "True confirmed released 1 held\n"
        assert reserve(conn, house.event_id, "dan", 2).outcome is Outcome.CONTENDED
        process.kill()
    conn.execute("select pg_advisory_lock(1)")  # the server has noticed
    assert_all_is_as_if_nothing_had_happened(conn, house, before)


CALLS = {
    "create_event": lambda _: (create_event, "never seen", 4),
    "reserve": lambda house: (reserve, house.event_id, "eve", 2),
    "confirm": lambda house: (confirm, house.ann, "ann"),
    "release": lambda house: (release, house.bob, "bob"),
    "expire_holds": lambda _: (expire_holds,),
}


@pytest.mark.parametrize(
    ("name", "table"),
    [("create_event", "events"), ("create_event", "tickets")]
    + [(name, table) for name in list(CALLS)[1:] for table in ("tickets", "booking_intents")],
)
def test_a_backend_killed_after_it_wrote_has_done_nothing(conn, rival, begin, house, name, table):
    before = contents(conn)
    conn.execute(GATE.format(table=table))
    rival.execute("select pg_advisory_lock(1)")
    doomed = begin(*CALLS[name](house))
    assert doomed.is_waiting()
    conn.execute("select pg_terminate_backend(%s, 20000)", [doomed.pid])  # waits until it is gone
    with pytest.raises(psycopg.errors.AdminShutdown):
        doomed.result()
    rival.execute("select pg_advisory_unlock(1)")
    assert_all_is_as_if_nothing_had_happened(conn, house, before)
