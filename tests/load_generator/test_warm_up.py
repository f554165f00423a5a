"""Connections are warm before the start, and nothing of the warm-up is left."""

import pytest
from psycopg.conninfo import make_conninfo
from stage import LOCK

from booking_sim.booking import create_event, reserve

TABLES = "select tablename from pg_tables where schemaname = 'booking' order by 1"
SESSIONS = "select count(*), pg_sleep(0.005) from pg_stat_activity where application_name = %s"
CALLS = "select funcname, calls from pg_stat_user_functions where schemaname = 'booking'"


@pytest.fixture
def counting_url(conn, database):
    """The database, for sessions whose calls of functions are counted."""
    return make_conninfo(database, options="-c track_functions=pl")


def contents(conn):
    tables = [table for (table,) in conn.execute(TABLES)]
    return {table: conn.execute(f"select * from booking.{table} as t order by t::text").fetchall() for table in tables}


def called(conn, one):
    """How often each function was called, when the server has counted all that closed sessions did."""
    one.dispatcher.pool.close()
    while conn.execute(
        "select count(*), pg_sleep(0.005) from pg_stat_activity"
        " where datname = current_database() and application_name like 'booking_sim surge%'"
    ).fetchone()[0]:
        pass
    return dict(conn.execute(CALLS).fetchall())


def test_every_call_and_the_search_after_the_last_ticket_are_made_on_each_connection(conn, stage, counting_url):
    one = stage(url=counting_url, connections=3, is_warmed=True)
    assert one.dispatcher.pool.warm_up_error == ""
    calls = called(conn, one)
    assert calls["reserve"] >= 3 * 18
    assert calls["confirm"] >= 3 * 3
    assert calls["release"] >= 3 * 3
    assert calls["find_tickets"] >= 3


def test_a_cold_connection_makes_no_call_before_the_start(conn, stage, counting_url):
    assert called(conn, stage(url=counting_url)) == {}


def test_it_leaves_no_row(conn, stage):
    event_id = create_event(conn, "stadium", 5)
    reserve(conn, event_id, "ann")
    before = contents(conn)
    stage(event=event_id, connections=2, is_warmed=True)
    assert contents(conn) == before


def test_a_connection_that_comes_back_is_warmed_too(conn, stage, counting_url, database):
    one = stage(url=counting_url, is_warmed=True)
    conn.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = current_database() and application_name like 'booking_sim surge%'"
    )
    one.until(lambda: not one.dispatcher.pool.is_complete)
    one.until(lambda: one.dispatcher.pool.is_complete)
    assert called(conn, one)["reserve"] >= 2 * 18


def test_a_warm_up_that_fails_leaves_the_connection_cold_and_says_why(conn, stage):
    conn.execute("alter sequence booking.places rename to no_more")
    one = stage(is_warmed=True)
    assert 'relation "booking.places" does not exist' in one.dispatcher.pool.warm_up_error
    conn.execute("alter sequence booking.no_more rename to places")
    one.play()
    one.end()
    assert [row.outcome for row in one.rows] == ["held"]


@pytest.mark.parametrize("is_warmed", [True, False])
def test_the_first_call_of_each_connection_is_marked(conn, stage, is_warmed):
    event_id = create_event(conn, "stadium", 20)
    one = stage(event=event_id, buyers=20, connections=2, times=(0.0,) * 20, pays=1, is_warmed=is_warmed)
    one.play()
    one.end()
    first = {}
    for row in sorted(one.rows, key=lambda row: row.sent_at):
        first.setdefault((row.connection, row.call), row.attempt)
    marked = [(row.connection, row.call) for row in one.rows if row.is_first_call]
    assert sorted(marked) == sorted(first)
    assert all(row.quantity == 1 for row in one.rows)


def test_a_lock_on_the_tables_does_not_keep_a_run_from_starting(conn, stage):
    with conn.transaction():
        conn.execute(LOCK)
        one = stage(is_warmed=True)
    assert one.dispatcher.pool.warm_up_error == "a reservation was contended"
    one.play()
    one.end()
    assert [row.outcome for row in one.rows] == ["held"]
