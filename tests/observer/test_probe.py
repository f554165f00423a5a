"""What the observer sees: who waits for whom, overdue holds, what the server did; and that it keeps out of the way."""

import time

import psycopg
import pytest

from booking_sim.booking import confirm, create_event, reserve
from booking_sim.database import connect
from booking_sim.observer.cpu import CpuClock
from booking_sim.observer.messages import Watch
from booking_sim.observer.probe import Probe
from booking_sim.records import samples

pytestmark = pytest.mark.core


def test_who_waits_is_seen_with_the_one_that_it_waits_for(conn, probe, blocked):
    create_event(conn, "concert", 1)
    with blocked() as (blocker, waiter):
        rows = probe.samplers["waits"]()
    [(_, pid, kind, event, blocked_by, waited_ms)] = rows  # the blocker is idle in its transaction: it is not at work
    assert (pid, kind, event, blocked_by) == (waiter, "Lock", "transactionid", [blocker])
    assert waited_ms > 0


def test_a_moment_with_nobody_at_work_is_a_row_too(probe):
    [(_, *nobody)] = probe.samplers["waits"]()
    assert nobody == [None] * 5


def test_overdue_holds_are_counted_apart_and_events_together(conn, probe):
    event_ids = create_event(conn, "concert", 5), create_event(conn, "opera", 4)
    for event_id in event_ids:
        confirm(conn, reserve(conn, event_id, "fast").intent_id, "fast")
    reserve(conn, create_event(conn, "not watched", 3), "somebody")
    reserve(conn, 1, "undecided")
    for event_id in event_ids:  # last: the next reservation may take over a hold that is overdue
        reserve(conn, event_id, "slow", 2, hold_for="1 millisecond")
    conn.execute("select pg_sleep(0.002)")
    [(_, *counts)] = probe.samplers["inventory"]()
    assert counts == [2, 1, 4, 2]


def test_what_the_server_did_is_counted(conn, probe):
    def read():
        [row] = probe.samplers["server"]()
        return dict(zip(samples.SCHEMAS["server"].names, row, strict=True))

    event_id = create_event(conn, "concert", 50)
    before = read()
    for _ in range(20):
        reserve(conn, event_id, "buyer")
    conn.execute("select pg_stat_force_next_flush()")
    conn.execute("vacuum booking.tickets")
    after = read()
    assert (before["connections"], before["active"]) == (1, 0)
    done = {name: after[name] - before[name] for name in ("vacuums", "updates", "hot_updates", "wal_bytes")}
    assert (done["vacuums"], done["updates"], done["hot_updates"]) == (1, 20, 20)
    assert done["wal_bytes"] > 0
    assert 0 < after["server_cpu_s"] < after["machine_cpu_s"]
    assert 0 < after["generator_cpu_s"] < after["machine_cpu_s"]


def test_the_oldest_snapshot_is_seen(database, conn, probe):
    with connect(database, autocommit=False) as old:
        old.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        old.execute("select count(*) from booking.events")
        event_id = create_event(conn, "concert", 5)
        for _ in range(5):
            reserve(conn, event_id, "buyer")
        conn.execute("select pg_sleep(0.01)")
        [(_, _, _, seconds, transactions, *_)] = probe.samplers["server"]()
        assert seconds > 0.01
        assert transactions >= 6


def test_a_snapshot_in_another_database_is_none_of_this_one(server, conn, probe):
    with server.database("template0") as elsewhere, connect(elsewhere, autocommit=False) as old:
        old.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        old.execute("select 1")
        [(_, _, _, seconds, transactions, *_)] = probe.samplers["server"]()
        assert (seconds, transactions) == (0, 0)


def test_it_reads_only_and_plays_no_part_among_serializable_transactions(database, conn):
    name = conn.info.dbname
    conn.execute(f"alter database {name} set default_transaction_isolation = 'serializable'")
    probe = Probe(Watch(database, "booking_sim observer test", ()))
    probe.samplers["server"]()
    connection = probe._connection()
    assert connection.execute("show transaction_isolation").fetchone() == ("read committed",)
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        connection.execute("delete from booking.tickets")
    probe.close()


def test_it_does_not_wait_for_a_table_that_is_locked(database, conn, probe):
    with connect(database) as other, other.transaction():
        other.execute("lock table booking.tickets")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            probe.samplers["inventory"]()
        assert probe.samplers["waits"]()
        assert probe.samplers["server"]()
    assert probe.samplers["inventory"]()


def test_statements_are_counted_without_its_own(conn, probe):
    assert probe.statements() == {}
    conn.execute("create extension pg_stat_statements")
    probe.samplers["waits"]()
    event_id = create_event(conn, "concert", 3)
    for _ in range(3):
        reserve(conn, event_id, "buyer")
    seen = {query: calls for _, query, calls, *_ in probe.statements().values()}
    [calls] = [calls for query, calls in seen.items() if "booking.reserve" in query]
    assert calls == 3
    assert not [query for query in seen if "observer" in query]


@pytest.mark.parametrize("pid", [0, -7, 2**31 - 1, 2**40, 2**70])
def test_a_process_id_that_a_pooler_invented_is_not_the_server(pid):
    cpus = CpuClock()
    cpus.find_server(pid, time.time())
    assert not cpus.sees_server
