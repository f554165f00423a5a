"""Every error of PostgreSQL is one line that says what to do, and none repeats a password."""

import psycopg
import pytest

from booking_sim.database import connect
from booking_sim.database.explaining import explain_statement
from booking_sim.errors import BookingSimError, ConnectionFailed, PermissionMissing, SchemaError

RAISED = "do $$ begin raise exception 'postgresql://ann:s3cret@there/db is%sgone' using errcode = '{}'; end $$"

ERRORS = {
    "begin read only; create table public.t ()": (
        BookingSimError,
        "The database is read-only: cannot execute CREATE TABLE in a read-only transaction. Use the primary server",
    ),
    "set role {role}; select from booking.tickets": (
        PermissionMissing,
        "A privilege is missing: permission denied for schema booking. Connect as the owner, or have the owner grant",
    ),
    "set statement_timeout = 1; select pg_sleep(9)": (
        BookingSimError,
        "A statement was cancelled: canceling statement due to statement timeout. Raise that limit",
    ),
    "set lock_timeout = 1; select from booking.tickets": (
        BookingSimError,
        "A lock was not available: canceling statement due to lock timeout. End other work on these tables",
    ),
    "select from booking.nothing": (
        SchemaError,
        'The booking schema is missing or from another version: relation "booking.nothing" does not exist. Run',
    ),
    "select pg_terminate_backend(pg_backend_pid())": (
        ConnectionFailed,
        "The server ended the connection: terminating connection due to administrator command. See that nobody",
    ),
    "select 1 / 0": (
        BookingSimError,
        "PostgreSQL refused a statement: division by zero (SQLSTATE 22012). Its log says more.",
    ),
    RAISED.format("53100"): (BookingSimError, "The server is out of resources: postgresql://ann:***@there/db is gone."),
    RAISED.format("40P01"): (BookingSimError, "A lock was not available: postgresql://ann:***@there/db is gone."),
    RAISED.format("25P04"): (BookingSimError, "A statement was cancelled: postgresql://ann:***@there/db is gone."),
    RAISED.format("57P02"): (ConnectionFailed, "The server ended the connection: postgresql://ann:***@there/db is"),
    RAISED.format("26000"): (ConnectionFailed, "A connection pooler does not keep prepared statements apart"),
}


@pytest.mark.parametrize("statement", ERRORS)
def test_each_is_one_line_that_says_what_to_do(database, server, statement):
    kind, line = ERRORS[statement]
    with connect(database) as other, other.transaction(), connect(database) as connection:
        other.execute("lock table booking.tickets")
        with pytest.raises(psycopg.Error) as raised:
            connection.execute(statement.replace("{role}", server.role).replace("%s", "\n"))
    explained = explain_statement(raised.value)
    assert type(explained) is kind
    assert str(explained).startswith(line)
    assert "\n" not in str(explained)


def test_the_command_line_says_it_in_one_line(run, conn):
    """An error that no part of the program expects."""
    conn.execute("drop function booking.create_event")
    status, out, err = run("surge", "--tickets", 2, "--buyers", 2, "--connections", 2)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("booking-sim: The booking schema is missing or from another version: function booking.create")
