"""What the observer sees: who waits for whom, overdue holds, what the server did; and that it keeps out of the way."""

import threading
import time
from contextlib import suppress

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from booking_sim.booking import confirm, create_event, reserve
from booking_sim.database import connect
from booking_sim.observer.cpu import CpuClock
from booking_sim.observer.messages import Watch
from booking_sim.observer.probe import Probe
from booking_sim.records import samples

pytestmark = pytest.mark.core


def test_who_waits_is_seen_with_the_one_that_it_waits_for(conn, alone, probe, blocked):
    create_event(conn, "concert", 1)
    with blocked() as (blocker, waiter):
        rows = probe.samplers["waits"]()
    [(*_, call, kind, event, blocked_by, waited_ms)] = rows["waits"]  # the blocker is idle in its transaction
    assert (call, kind, event, blocked_by) == (None, "Lock", "transactionid", [blocker])
    assert waited_ms > 0
    [(_, pid, is_own, *_)] = rows["waits"]
    assert (pid, is_own) == (waiter, False)


def test_sessions_of_the_run_are_told_from_others_by_their_names(server, database, conn, probe):
    """One of the run waits for another one of it; one of somebody else, in another database, is at work."""
    intent_id = reserve(conn, create_event(conn, "concert", 1), "fan").intent_id
    named = {"application_name": "booking_sim surge test"}
    with (
        server.database("template0") as elsewhere,
        connect(elsewhere, application_name="shop") as other,
        connect(database, **named) as holder,
        connect(database, **named) as waiter,
        holder.transaction(),
    ):
        holder.execute("select 1 from booking.booking_intents for update")
        ours = holder.info.backend_pid, waiter.info.backend_pid, other.info.backend_pid
        threads = [
            threading.Thread(target=confirm, args=[waiter, intent_id, "fan"]),
            threading.Thread(target=sleep_until_cancelled, args=[other]),
        ]
        for thread in threads:
            thread.start()
        busy = "select count(*) = 2, pg_sleep(0.01) from pg_stat_activity where pid = any (%s) and state = 'active'"
        blocked = "select %s = any (pg_blocking_pids(%s))"
        while not (conn.execute(busy, [[*ours]]).fetchone()[0] and conn.execute(blocked, ours[:2]).fetchone()[0]):
            pass
        rows = probe.samplers["waits"]()
        conn.execute("select pg_cancel_backend(%s)", [ours[2]])
        threads[1].join()
    threads[0].join()
    seen = [row for row in rows["waits"] if row[1] in ours]  # the tests beside this one are on the server too
    waits = {pid: (is_own, call, blocked_by) for _, pid, is_own, call, _, _, blocked_by, _ in seen}
    assert waits == {ours[1]: (True, "confirm", [ours[0]]), ours[2]: (False, None, None)}
    sessions = {pid: about for _, pid, *about in rows["sessions"] if pid in ours}
    is_own, blocked, name, application, user, state, query = sessions.pop(ours[0])
    assert (is_own, blocked, name, application) == (True, 1, conn.info.dbname, "booking_sim surge test")
    assert (user, state) == (conn.info.user, "idle in transaction")
    assert query == "select 1 from booking.booking_intents for update"
    assert {pid: about[3] for pid, about in sessions.items()} == {ours[2]: "shop"}


def sleep_until_cancelled(connection):
    with suppress(psycopg.errors.QueryCanceled):
        connection.execute("select pg_sleep(600)")


def test_a_moment_with_nobody_at_work_is_a_row_too(alone, probe):
    rows = probe.samplers["waits"]()
    [(_, *nobody)] = rows["waits"]
    assert nobody == [None] * 7
    assert rows["sessions"] == []


def test_overdue_holds_are_counted_apart_and_events_together(conn, probe):
    event_ids = create_event(conn, "concert", 5), create_event(conn, "opera", 4)
    for event_id in event_ids:
        confirm(conn, reserve(conn, event_id, "fast").intent_id, "fast")
    reserve(conn, create_event(conn, "not watched", 3), "somebody")
    reserve(conn, 1, "undecided")
    for event_id in event_ids:  # last: the next reservation may take over a hold that is overdue
        reserve(conn, event_id, "slow", 2, hold_for="1 millisecond")
    conn.execute("select pg_sleep(0.002)")
    [(_, *counts)] = probe.samplers["inventory"]()["inventory"]
    assert counts == [2, 1, 4, 2]


def test_what_the_server_did_is_counted(conn, probe):
    def read():
        [row] = probe.samplers["server"]()["server"]
        return dict(zip(samples.SCHEMAS["server"].names, row, strict=True))

    event_id = create_event(conn, "concert", 50)
    before = read()
    for _ in range(20):
        reserve(conn, event_id, "buyer")
    conn.execute("select pg_stat_force_next_flush()")
    conn.execute("vacuum booking.tickets")
    conn.execute("checkpoint")
    after = read()
    assert after["checkpointed_bytes"] > before["checkpointed_bytes"]
    assert (before["connections"], before["active"]) == (1, 0)
    done = {name: after[name] - before[name] for name in ("vacuums", "updates", "hot_updates", "wal_bytes")}
    assert (done["vacuums"], done["updates"], done["hot_updates"]) == (1, 20, 20)
    assert done["wal_bytes"] > 0
    assert 0 < after["server_cpu_s"] < after["machine_cpu_s"]
    assert 0 < after["generator_cpu_s"] < after["machine_cpu_s"]


def test_who_may_not_ask_for_checkpoints_sees_the_rest(server, database, conn):
    conn.execute("revoke execute on function pg_control_checkpoint() from public")
    probe = Probe(Watch(make_conninfo(database, options=f"-c role={server.role}"), "booking_sim observer test", ()))
    [row] = probe.samplers["server"]()["server"]
    probe.close()
    seen = dict(zip(samples.SCHEMAS["server"].names, row, strict=True))
    assert [name for name, value in seen.items() if value is None] == ["checkpointed_bytes"]


def test_the_oldest_snapshot_is_seen(database, conn, probe):
    with connect(database, autocommit=False) as old:
        old.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        old.execute("select count(*) from booking.events")
        event_id = create_event(conn, "concert", 5)
        for _ in range(5):
            reserve(conn, event_id, "buyer")
        conn.execute("select pg_sleep(0.01)")
        [(_, _, _, seconds, transactions, *_)] = probe.samplers["server"]()["server"]
        assert seconds > 0.01
        assert transactions >= 6


def test_a_snapshot_in_another_database_is_none_of_this_one(server, conn, probe):
    with server.database("template0") as elsewhere, connect(elsewhere, autocommit=False) as old:
        old.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        old.execute("select 1")
        [(_, _, _, seconds, transactions, *_)] = probe.samplers["server"]()["server"]
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
