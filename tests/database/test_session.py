"""Settings of a server, a database, a role or a URL: the toolkit works with each, whatever it is set to."""

import json

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier, Literal

from booking_sim import booking
from booking_sim.audit import audit, holds
from booking_sim.database import connect
from booking_sim.database.migrations import migrate, reset
from booking_sim.database.session import SETTINGS
from booking_sim.models import Confirmation, Outcome

pytestmark = pytest.mark.core

HOSTILE = {
    "client_encoding": "SQL_ASCII",
    "DateStyle": "German",
    "IntervalStyle": "sql_standard",
    "TimeZone": "Asia/Kathmandu",
    "standard_conforming_strings": "off",
    "extra_float_digits": "-15",
    "search_path": "nowhere",
    "default_transaction_isolation": "serializable",
    "default_transaction_read_only": "on",
    "default_transaction_deferrable": "on",
    "statement_timeout": "200ms",
    "lock_timeout": "1ms",
    "idle_in_transaction_session_timeout": "200ms",
    "idle_session_timeout": "200ms",
    "plan_cache_mode": "force_custom_plan",
    "bytea_output": "escape",
    "row_security": "off",
    "quote_all_identifiers": "on",
    "transform_null_equals": "on",
}
"""Each setting as it may be, and as hardly anybody would want it."""

IN_THE_SUITE = ("DateStyle", "default_transaction_read_only", "idle_session_timeout")
"""Those with which a whole surge runs in every run of the tests; with the others it takes `-m faults`."""

CALLERS = ("client_encoding", "DateStyle", "IntervalStyle", "TimeZone", "standard_conforming_strings", "search_path")


@pytest.fixture(params=HOSTILE)
def hostile(request, database, server):
    """The URL of a database in which a setting is hostile."""
    with connect(database) as owner:
        name = Identifier(owner.info.dbname)
    value = Literal(HOSTILE[request.param])
    server.admin.execute(SQL("alter database {} set {} = {}").format(name, Identifier(request.param), value))
    return database


def test_calls_audit_and_migrations(hostile):
    assert migrate(hostile) == []
    with connect(hostile) as connection:
        event_id = booking.create_event(connection, "concert", 3)
        hold = booking.reserve(connection, event_id, "Zoë", 2)
        assert booking.confirm(connection, hold.intent_id, "Zoë") is Confirmation.CONFIRMED
    assert holds(audit(hostile))
    assert reset(hostile)


@pytest.mark.parametrize(
    "hostile",
    [pytest.param(name, marks=() if name in IN_THE_SUITE else pytest.mark.faults) for name in HOSTILE],
    indirect=True,
)
def test_the_command_line(hostile, run):
    status, out, err = run("surge", "--tickets", 3, "--buyers", 9, "--connections", 2, "--workers", 1, "--json")
    assert (status, json.loads(out)["held"]) == (0, 3), err
    assert run("audit")[0] == 0
    assert run("doctor", "--connections", 2)[2] == ""


def test_every_connection_has_the_settings(database):
    with connect(database) as owner:
        owner.execute(SQL("alter database {} set DateStyle = German").format(Identifier(owner.info.dbname)))
    for autocommit in (True, False):
        with connect(database, autocommit=autocommit) as connection:
            assert {name: connection.execute(f"show {name}").fetchone()[0] for name in SETTINGS} == SETTINGS


def test_a_setting_of_the_caller_comes_before_ours(database):
    with connect(database, settings={"statement_timeout": "7s", "work_mem": "5MB"}) as connection:
        shown = [connection.execute(f"show {name}").fetchone()[0] for name in ("statement_timeout", "work_mem")]
    assert shown == ["7s", "5MB"]


@pytest.mark.parametrize("name", CALLERS)
@pytest.mark.parametrize("factory", ["Cursor", "ClientCursor", "RawCursor"])
def test_calls_on_a_connection_of_the_caller(database, name, factory):
    """Its settings, its cursors and its rows are its own; the answers are ours."""
    url = make_conninfo(database, options=f"-c {name}={HOSTILE[name]}")
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as connection:
        connection.cursor_factory = getattr(psycopg, factory)
        event_id = booking.create_event(connection, "concert", 3)
        hold = booking.reserve(connection, event_id, "Zoë", 2, request_key="once")
        assert (hold.outcome, hold.ticket_nos) == (Outcome.HELD, (1, 2))
        assert hold.hold_expires_at.utcoffset() is not None
        with connect(database) as other:
            [(expires_at,)] = other.execute("select expires_at from booking.booking_intents")
        assert hold.hold_expires_at == expires_at
        assert booking.reserve(connection, event_id, "Zoë", 2, request_key="once") == hold
        assert booking.release(connection, hold.intent_id, "Zoë") == "released"
        assert booking.expire_holds(connection) == 0
