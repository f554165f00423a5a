"""What the tables say after a test: whether anything in them must never be, and how many tickets are what."""

from pathlib import Path

import pytest

SQL = Path(__file__).parent / "sql"
VIOLATIONS = (SQL / "violations.sql").read_text(encoding="utf-8")
EMPTY = (SQL / "empty.sql").read_text(encoding="utf-8")


def violations(conn):
    """Return in words everything that is wrong in the tables."""
    return [violation for (violation,) in conn.execute(VIOLATIONS)]


def stock(conn, event_id):
    """Return the number of tickets of each status that an event has."""
    query = "select status::text, count(*) from booking.tickets where event_id = %s group by status"
    return dict(conn.execute(query, [event_id]).fetchall())


def contents(conn):
    """Return all events, and the rows that people know with place and transaction: equal only if none was written."""
    rows = {
        table: conn.execute(f"select ctid::text, xmin::text, r.*::text from booking.{table} as r order by 1").fetchall()
        for table in ("tickets", "booking_intents", "request_keys")
    }
    return rows | {
        "events": conn.execute("select id, name, capacity, created_at from booking.events order by id").fetchall()
    }


def empty(conn):
    """Remove every row. The triggers would refuse it, so they are set aside: the caller must be a superuser."""
    conn.execute(EMPTY)


def skip_before_17(conn):
    """Without statistics, before 17, the planner reads all of an event rather than a few numbers by the index."""
    if conn.info.server_version < 170000:
        pytest.skip("PostgreSQL 15 and 16 may read a whole event where the tables were never analysed: a known limit")


def forget(conn, table):
    """Remove what calls wrote down to be faster; an event's first row in stock_checks stays, as it says nothing."""
    conn.execute("set session_replication_role = replica")
    conn.execute(f"delete from booking.{table}" + (" where seen is not null" if table == "stock_checks" else ""))
    conn.execute("reset session_replication_role")


def free_one(conn, event_id, ticket_no):
    """Make one ticket of an event that is all taken what it was in the beginning."""
    conn.execute("set session_replication_role = replica")
    conn.execute(
        "update booking.tickets set status = 'available', intent_id = null, held_by = null, hold_expires_at = null"
        " where event_id = %s and ticket_no = %s",
        [event_id, ticket_no],
    )
    conn.execute("reset session_replication_role")
    forget(conn, "claimed_blocks")
