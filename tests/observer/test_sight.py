"""What the observer sees: who waits for whom, overdue holds, what the server did; and that it keeps out of the way."""

import psycopg
import pytest

from booking_sim.booking import confirm, create_event, reserve
from booking_sim.database import connect
from booking_sim.observer.messages import Watch
from booking_sim.observer.sight import Sight
from booking_sim.records import samples

pytestmark = pytest.mark.core


def test_who_waits_is_seen_with_the_one_that_it_waits_for(conn, sight, blocked):
    create_event(conn, "concert", 1)
    with blocked() as (blocker, waiter):
        rows = sight.looks["waits"]()
    [(_, pid, kind, event, blocked_by, waited_ms)] = rows  # the blocker is idle in its transaction: it is not at work
    assert (pid, kind, event, blocked_by) == (waiter, "Lock", "transactionid", [blocker])
    assert waited_ms > 0


def test_a_moment_with_nobody_at_work_is_a_row_too(sight):
    [(_, *nobody)] = sight.looks["waits"]()
    assert nobody == [None] * 5


def test_overdue_holds_are_counted_apart_and_events_together(conn, sight):
    event_ids = create_event(conn, "concert", 5), create_event(conn, "opera", 4)
    for event_id in event_ids:
        confirm(conn, reserve(conn, event_id, "fast").intent_id, "fast")
    reserve(conn, create_event(conn, "not watched", 3), "somebody")
    reserve(conn, 1, "undecided")
    for event_id in event_ids:  # last: the next reservation may take over a hold that is overdue
        reserve(conn, event_id, "slow", 2, hold_for="1 millisecond")
    conn.execute("select pg_sleep(0.002)")
    [(_, *counts)] = sight.looks["inventory"]()
    assert counts == [2, 1, 4, 2]


def test_what_the_server_did_is_counted(conn, sight):
    def look():
        [row] = sight.looks["server"]()
        return dict(zip(samples.SCHEMAS["server"].names, row, strict=True))

    event_id = create_event(conn, "concert", 50)
    before = look()
    for _ in range(20):
        reserve(conn, event_id, "buyer")
    conn.execute("select pg_stat_force_next_flush()")
    conn.execute("vacuum booking.tickets")
    after = look()
    assert (before["connections"], before["active"]) == (1, 0)
    done = {name: after[name] - before[name] for name in ("vacuums", "updates", "hot_updates", "wal_bytes")}
    assert (done["vacuums"], done["updates"], done["hot_updates"]) == (1, 20, 20)
    assert done["wal_bytes"] > 0
    assert 0 < after["server_cpu_s"] < after["machine_cpu_s"]
    assert 0 < after["generator_cpu_s"] < after["machine_cpu_s"]


def test_the_oldest_snapshot_is_seen(database, conn, sight):
    with connect(database, autocommit=False) as old:
        old.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        old.execute("select count(*) from booking.events")
        event_id = create_event(conn, "concert", 5)
        for _ in range(5):
            reserve(conn, event_id, "buyer")
        conn.execute("select pg_sleep(0.01)")
        [(_, _, _, seconds, transactions, *_)] = sight.looks["server"]()
        assert seconds > 0.01
        assert transactions >= 6


def test_it_reads_only_and_plays_no_part_among_serializable_transactions(database, conn):
    name = conn.info.dbname
    conn.execute(f"alter database {name} set default_transaction_isolation = 'serializable'")
    sight = Sight(Watch(database, "booking_sim observer test", ()))
    sight.looks["server"]()
    connection = sight._connection()
    assert connection.execute("show transaction_isolation").fetchone() == ("read committed",)
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        connection.execute("delete from booking.tickets")
    sight.close()


def test_it_does_not_wait_for_a_table_that_is_locked(database, conn, sight):
    with connect(database) as other, other.transaction():
        other.execute("lock table booking.tickets")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            sight.looks["inventory"]()
        assert sight.looks["waits"]()
        assert sight.looks["server"]()
    assert sight.looks["inventory"]()


def test_statements_are_counted_without_its_own(conn, sight):
    assert sight.statements() == {}
    conn.execute("create extension pg_stat_statements")
    sight.looks["waits"]()
    event_id = create_event(conn, "concert", 3)
    for _ in range(3):
        reserve(conn, event_id, "buyer")
    seen = {query: calls for _, query, calls, *_ in sight.statements().values()}
    [calls] = [calls for query, calls in seen.items() if "booking.reserve" in query]
    assert calls == 3
    assert not [query for query in seen if "observer" in query]
