"""EXECUTE is all that an application's role has and needs; one that audits can read; nobody but the owner writes."""

from contextlib import ExitStack

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier
from wrong_states import WRONG_STATES, populate

from booking_sim.audit import audit, holds
from booking_sim.booking import confirm, create_event, expire_holds, release, reserve
from booking_sim.database import connect
from booking_sim.database.privileges import grant
from booking_sim.errors import BookingSimError
from booking_sim.observer.messages import Watch
from booking_sim.observer.probe import Probe

pytestmark = pytest.mark.core

TABLES = (*WRONG_STATES,)
NO_SCHEMA = r"^Database '\w+' has no booking schema\. Make it with 'booking-sim db migrate'\.$"


@pytest.fixture
def roles(server, database):
    """The names of two roles that may log in, the second of them hard to quote."""
    names = [f"{server.prefix}_clerk", f'Box "Office"; {server.prefix} é']
    with ExitStack() as stack:
        for name in names:
            server.admin.execute(SQL("create role {} login").format(Identifier(name)))
            stack.callback(server.admin.execute, SQL("drop role {}").format(Identifier(name)))
        with connect(database) as owner:
            yield names
            for name in names:
                owner.execute(SQL("drop owned by {}").format(Identifier(name)))


@pytest.fixture
def become(database):
    """A connection to the test's database with the rights of a role."""
    with ExitStack() as stack:

        def become(role):
            connection = stack.enter_context(connect(database))
            connection.execute(SQL("set session authorization {}").format(Identifier(role)))
            return connection

        yield become


@pytest.fixture(params=[0, 1], ids=["simple name", "name to quote"])
def clerk(conn, roles, become, request):
    """A connection of a role that was granted EXECUTE, and nothing else."""
    grant(conn, roles[request.param])
    return become(roles[request.param])


def test_execute_is_enough_for_every_call_of_the_contract(clerk):
    event_id = create_event(clerk, "concert", 3)
    held = reserve(clerk, event_id, "ann", 2, request_key="k")
    assert reserve(clerk, event_id, "ann", 2, request_key="k") == held
    assert confirm(clerk, held.intent_id, "ann") == "confirmed"
    assert confirm(clerk, held.intent_id, "bob") == "not_found"
    short = reserve(clerk, event_id, "bob", hold_for="1 microsecond")
    assert confirm(clerk, short.intent_id, "bob") == "expired"
    assert expire_holds(clerk) == 1
    short = reserve(clerk, event_id, "bob", hold_for="1 microsecond")
    taken = reserve(clerk, event_id, "cid")  # takes an overdue hold over
    assert taken.ticket_nos == short.ticket_nos
    assert release(clerk, taken.intent_id, "cid") == "released"


def test_a_release_with_execute_alone_voids_the_stock_check_of_others(conn, clerk):
    event_id = create_event(conn, "concert", 1)
    held = reserve(conn, event_id, "ann")
    assert [reserve(each, event_id, "bob").outcome for each in (conn, clerk)] == ["sold_out"] * 2
    assert release(clerk, held.intent_id, "ann") == "released"
    assert reserve(conn, event_id, "bob").outcome == "held"


def test_execute_alone_reads_and_writes_no_table(clerk):
    for table in TABLES:
        column = {"events": "name", "request_keys": "user_id"}.get(table, "event_id")
        for statement in (
            f"select from booking.{table}",
            f"insert into booking.{table} default values",
            f"update booking.{table} set {column} = {column}",
            f"delete from booking.{table}",
            f"truncate booking.{table}",
            f"lock table booking.{table}",
            f"copy booking.{table} to stdout",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), clerk.transaction():
                clerk.execute(statement)


def test_execute_alone_makes_none_of_the_wrong_changes(conn, clerk):
    populate(conn)
    for states in WRONG_STATES.values():
        for state in states:
            with pytest.raises(psycopg.Error) as refusal:
                clerk.execute(state.sql)
            if state.prevented_by not in {"identity", "type"}:  # refused before anybody's rights are checked
                assert isinstance(refusal.value, psycopg.errors.InsufficientPrivilege)
    assert holds(audit(conn))


def test_the_five_functions_are_all_that_it_may_call(conn, clerk):
    may_call = """
        select proname from pg_proc
        where pronamespace = 'booking'::regnamespace and has_function_privilege(oid, 'execute') order by proname
    """
    five = ["confirm", "create_event", "expire_holds", "release", "reserve"]
    assert [name for (name,) in clerk.execute(may_call)] == five
    acting_as_owner = may_call.replace("has_function_privilege(oid, 'execute')", "prosecdef")
    assert [name for (name,) in conn.execute(acting_as_owner)] == five
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        clerk.execute("select booking.expire_intent(1, 0)")
    for statement in ("nextval('booking.booking_intents_id_seq')", "setval('booking.booking_intents_id_seq', 1)"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            clerk.execute(f"select {statement}")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        clerk.execute("create table booking.mine ()")


def test_without_a_grant_nothing_is_allowed(roles, become):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        create_event(become(roles[0]), "concert", 1)


def test_a_role_that_audits_can_read_and_observe_and_not_write(conn, database, roles, become):
    populate(conn)
    for _ in range(2):  # again is the same
        grant(database, roles[0], audit=True)
    auditor = become(roles[0])
    frame = audit(auditor)
    assert holds(frame)
    assert frame["checked"].sum() == len(frame) - 1
    for table in TABLES:
        assert auditor.execute(f"select count(*) from booking.{table}").fetchone()[0] > 0
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            auditor.execute(f"delete from booking.{table}")
    probe = Probe(Watch(make_conninfo(database, options=f"-c role={roles[0]}"), "an observer", (1, 3)))
    assert probe._connection().execute("select current_user").fetchone() == (roles[0],)
    assert [counts for _, *counts in probe.samplers["inventory"]()["inventory"]] == [[8, 3, 0, 3]]
    assert probe.samplers["waits"]()
    assert probe.samplers["server"]()
    probe.close()


def test_what_cannot_be_granted_is_said_in_one_line(conn, empty_database, roles, become):
    for nobody in ("nobody there", "public", "", roles[0].upper(), "x" * 70):
        with pytest.raises(BookingSimError, match=rf"^Role '{nobody}' is unknown: make it"):
            grant(conn, nobody)
    with pytest.raises(BookingSimError, match=NO_SCHEMA):
        grant(empty_database, roles[0])
    with pytest.raises(
        BookingSimError, match=r"permission denied for schema booking\. Connect as the user who migrated"
    ):
        grant(become(roles[0]), roles[1])
    grant(conn, roles[0], audit=True)
    with pytest.raises(BookingSimError, match=r"may not grant booking\.confirm"):  # of which PostgreSQL only warns
        grant(become(roles[0]), roles[1])
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        create_event(become(roles[1]), "concert", 1)


def test_the_command(run, conn, roles, become):
    simple, hard = roles
    assert run("db", "grant", simple) == (0, f"Role '{simple}' may call the five functions of schema 'booking'.\n", "")
    code, out, err = run("db", "grant", "--audit", hard)
    assert (code, err) == (0, "")
    assert "and read the tables" in out
    assert create_event(become(simple), "concert", 1) == 1
    assert become(hard).execute("select count(*) from booking.events").fetchone() == (1,)
    code, out, err = run("db", "grant", "nobody there")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert run("db", "grant")[0] == 2
    reported = run("db", "grant", "--help")[1]
    assert "booking-sim db grant auditor --audit" in reported
