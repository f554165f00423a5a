"""Who may execute the functions gets the answers of everybody else, and nobody's code runs inside of them."""

from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest
from inventory import SQL, violations
from psycopg.sql import SQL as QUERY
from psycopg.sql import Identifier

from booking_sim.booking import confirm, create_event, expire_holds, release, reserve
from booking_sim.database import connect
from booking_sim.models import Outcome

pytestmark = pytest.mark.core

OVERDUE = timedelta(microseconds=1)
CLIENTS_CALL = ["create_event", "reserve", "confirm", "release", "expire_holds"]


@pytest.fixture
def role(server):
    """Make roles of the test's own, gone with it."""
    made = []

    def make(name):
        made.append(f"{server.prefix}_{name}")
        server.admin.execute(QUERY("create role {}").format(Identifier(made[-1])))
        return made[-1]

    yield make
    for name in made:
        server.admin.execute(QUERY("drop role {}").format(Identifier(name)))


@contextmanager
def session_of(database, role):
    """A session that has the rights of a role and no others."""
    with connect(database) as connection:
        connection.execute(QUERY("set session authorization {}").format(Identifier(role)))
        yield connection


@pytest.fixture
def clerk(database, conn, role):
    """A session of a role that may execute the five functions and nothing else."""
    name = role("clerk")
    conn.execute(QUERY("grant usage on schema booking to {}").format(Identifier(name)))
    for function in CLIENTS_CALL:
        conn.execute(QUERY("grant execute on function booking.{} to {}").format(Identifier(function), Identifier(name)))
    with session_of(database, name) as connection:
        yield connection
    conn.execute(QUERY("drop owned by {}").format(Identifier(name)))


def test_to_execute_is_all_that_is_needed(clerk, conn):
    event_id = create_event(clerk, "on sale", 4)
    hold = reserve(clerk, event_id, "ann", 2, request_key="one")
    assert reserve(clerk, event_id, "ann", 2, request_key="one") == hold
    late = reserve(clerk, event_id, "late", hold_for=OVERDUE)
    assert late.outcome is Outcome.HELD
    assert confirm(clerk, hold.intent_id, "ann") == "confirmed"
    assert reserve(clerk, event_id, "bob", 3).outcome is Outcome.SOLD_OUT
    last = reserve(clerk, event_id, "bob", 2)
    assert last.outcome is Outcome.HELD
    assert reserve(clerk, event_id, "cid").outcome is Outcome.SOLD_OUT
    assert release(clerk, last.intent_id, "bob") == "released"
    assert expire_holds(clerk) == 0
    assert violations(conn) == []


@pytest.mark.parametrize("call", ["release", "expire"])
def test_what_a_clerk_gives_back_everybody_can_have(clerk, conn, rival, call):
    event_id = create_event(conn, "on sale", 1)
    hold = reserve(conn, event_id, "ann", hold_for=timedelta(seconds=1) if call == "expire" else timedelta(hours=1))
    assert {reserve(rival, event_id, "bob").outcome for _ in range(4)} == {Outcome.SOLD_OUT}
    if call == "release":
        release(clerk, hold.intent_id, "ann")
    else:
        conn.execute("select pg_sleep_until(%s)", [hold.hold_expires_at])
        assert expire_holds(clerk, event_id) == 1
    assert reserve(rival, event_id, "bob").outcome is Outcome.HELD
    assert reserve(clerk, event_id, "cid").outcome is Outcome.SOLD_OUT


def test_what_a_clerk_was_refused_is_no_worse_for_others(clerk, conn):
    event_id = create_event(conn, "on sale", 2)
    hold = reserve(conn, event_id, "ann", 2)
    assert {reserve(clerk, event_id, "bob").outcome for _ in range(4)} == {Outcome.SOLD_OUT}
    release(conn, hold.intent_id, "ann")
    assert reserve(conn, event_id, "cid", 2).outcome is Outcome.HELD


def test_tables_sequences_and_inner_functions_are_closed(clerk, conn):
    relations = conn.execute(
        "select oid::regclass::text, relkind from pg_class"
        " where relnamespace = 'booking'::regnamespace and relkind in ('r', 'S')"
    ).fetchall()
    for name, kind in relations:
        for statement in ("select from {}", "delete from {}") if kind == "r" else ("select nextval('{}')",):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                clerk.execute(statement.format(name))
    query = """
        select p.oid::regprocedure::text from pg_proc as p
        where p.pronamespace = 'booking'::regnamespace and p.proname <> all (%s)
            and has_function_privilege(%s, p.oid, 'execute')"""
    assert conn.execute(query, [CLIENTS_CALL, clerk.execute("select current_user").fetchone()[0]]).fetchall() == []


def test_a_role_without_rights_is_refused(database, role):
    with session_of(database, role("stranger")) as stranger, pytest.raises(psycopg.errors.InsufficientPrivilege):
        reserve(stranger, 1, "ann")


def sell_and_give_back(conn):
    """Every path of the five functions."""
    event_id = create_event(conn, "on sale", 300)
    hold = reserve(conn, event_id, "ann", 2, request_key="one")
    assert reserve(conn, event_id, "ann", 2, request_key="one") == hold
    assert confirm(conn, hold.intent_id, "ann") == "confirmed"
    assert release(conn, reserve(conn, event_id, "ben", 3).intent_id, "ben") == "released"
    for _ in range(3):
        reserve(conn, event_id, "late", 2, hold_for=OVERDUE)
    assert expire_holds(conn, event_id, 1) == 2
    assert expire_holds(conn, None, 1) == 2
    group = reserve(conn, event_id, "group", 298)
    assert group.outcome is Outcome.HELD
    for _ in range(3):
        assert reserve(conn, event_id, "ö").outcome is Outcome.SOLD_OUT
        assert reserve(conn, event_id, "bob").outcome is Outcome.SOLD_OUT
    assert release(conn, group.intent_id, "group") == "released"
    assert reserve(conn, event_id, "bob").outcome is Outcome.HELD
    return event_id


@pytest.fixture
def planted(conn, role):
    """A role that may create in public has planted there what it can."""
    name = role("mallory")
    conn.execute(
        QUERY("grant create on schema public to {n}; grant usage on schema booking to {n}").format(n=Identifier(name))
    )
    conn.execute(QUERY("grant select on all tables in schema booking to {}").format(Identifier(name)))
    conn.execute(QUERY("set role {}").format(Identifier(name)))
    conn.execute((SQL / "plant.sql").read_text(encoding="utf-8"))
    conn.execute("reset role")
    yield
    conn.execute("reset search_path")
    conn.execute(QUERY("drop owned by {} cascade").format(Identifier(name)))


def loot(conn):
    """Say what was run of it, and as whom."""
    return [what for (what,) in conn.execute("select distinct what from public.loot").fetchall()]


PATHS = ["public, pg_catalog", "public, booking", "booking, public"]


@pytest.mark.parametrize("path", PATHS)
def test_what_is_planted_in_public_is_not_run_by_any_call(conn, planted, path):
    conn.execute(f"set search_path = {path}")
    sell_and_give_back(conn)
    assert loot(conn) == []


def test_the_plants_are_run_by_a_caller_who_names_them_without_a_schema(conn, planted):
    """The control: in a statement of the caller's own, they are run."""
    conn.execute("set search_path = public, pg_catalog")
    conn.execute("select clock_timestamp(), 'held'::booking.ticket_status = 'sold'::booking.ticket_status")
    assert len(loot(conn)) == 2


def test_the_triggers_run_no_plants_where_the_owner_changes_a_row_by_hand(conn, planted):
    event_id = create_event(conn, "on sale", 2)
    hold = reserve(conn, event_id, "ann", 2)
    conn.execute("set search_path = public")
    conn.execute(
        "update booking.tickets set status = 'sold', hold_expires_at = null where ticket_no operator(pg_catalog.=) 1"
    )
    conn.execute(
        "update booking.booking_intents set status = 'released', released_at = pg_catalog.clock_timestamp()"
        " where id operator(pg_catalog.=) %s",
        [hold.intent_id],
    )
    assert loot(conn) == []
