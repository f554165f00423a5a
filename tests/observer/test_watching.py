"""A surge that is watched: frames on its own clock; and one whose observer is killed, slow or cut off, and goes on."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from booking_sim import surge
from booking_sim.booking import create_event
from booking_sim.database import connect
from booking_sim.database.embedded import Cluster
from booking_sim.database.migrations import migrate
from booking_sim.observer.messages import Watch
from booking_sim.observer.observer import Observer
from booking_sim.stats.outcomes import answer_times

SECONDS = 60
HERE = "from pg_stat_activity where datname = current_database()"
WATCHED = f"select count(*) {HERE} and application_name like '%observer%'"


@pytest.mark.core
def test_a_surge_is_watched_on_its_own_clock(database, conn):
    result = surge(tickets=40, buyers=400, connections=8, warm_up="1ms", url=database, progress=False)
    assert result.ok
    summary = result.summary()
    assert summary["duration_s"] == pytest.approx(answer_times(result.attempts).max() - 0.001)
    assert (summary["attempts"], summary["first_calls"]) == (400, len(set(result.attempts["connection"])))
    waits, server = result.waits, result.server
    assert waits["seconds"].is_monotonic_increasing
    assert waits["seconds"].between(0, SECONDS).all()
    assert server["seconds"].is_monotonic_increasing
    assert server["seconds"].iloc[0] < 0.5 < SECONDS  # at the start, and not when the workers were made ready
    counts = server.drop(columns=["connections", "active", "oldest_snapshot_s", "oldest_snapshot_xids", "dead_tuples"])
    assert (counts.iloc[0].drop("seconds") == 0).all()
    assert (counts.diff().iloc[1:] >= 0).all(axis=None)
    assert counts["commits"].iloc[-1] >= 400  # all: a backend tells of its last second when it has ended
    assert counts["server_cpu_s"].iloc[-1] > 0
    assert result.manifest.observer.sampling["waits"]["taken"] > 0
    assert conn.execute(WATCHED).fetchone() == (0,)


def test_a_run_goes_on_without_its_observer_and_says_so(database, conn, observers):
    create_event(conn, "concert", 1)
    lock = "lock table booking.booking_intents in share mode"
    with ThreadPoolExecutor() as executor:
        with connect(database) as other, other.transaction():
            other.execute(lock)
            running = executor.submit(surge, tickets=5, buyers=30, connections=4, url=database, progress=False)
            wait_for(conn, f"select count(*) = 4 {HERE} and wait_event_type = 'Lock'")
            [observer] = observers(os.getpid())
            observer.kill()
        result = running.result()
    assert result.ok
    assert result.manifest.problems == []
    assert result.manifest.observer.problems == ["it was killed by signal 9, and nobody watched from then on"]


def test_an_observer_that_is_too_slow_says_so(database, conn):
    conn.execute("""
        set allow_system_table_mods = on;
        alter view pg_stat_activity rename to quick;
        create view pg_catalog.pg_stat_activity as select a.* from quick as a, pg_sleep(0.3)
    """)
    with Observer(Watch(database, "booking_sim observer test", ())) as observer:
        observer.wait(lambda: True)
        observer.start(time.monotonic())
        conn.execute("select pg_sleep(1)")
        observations = observer.stop()
    [problem] = [problem for problem in observations.problems if problem.startswith("waits")]
    assert "samples were missed, since one takes 3" in problem
    assert observations.sampling["waits"]["missed"] >= 2
    assert observations.sampling["waits"]["slowest_ms"] > 300


def test_nobody_watches_where_there_is_no_connection_to_be_had():
    with Observer(Watch("postgresql://someone:secret@localhost:1/x", "booking_sim observer test", ())) as observer:
        observer.wait(lambda: True)
        observations = observer.stop()
    assert observations.columns == {}
    assert len(observations.problems) == 1
    assert observations.problems[0].startswith("No PostgreSQL answers at localhost:1")


def test_it_watches_again_after_a_restart_of_the_server(server_home):
    cluster = Cluster(server_home)
    cluster.stay()
    try:
        migrate(cluster.url)
        with Observer(Watch(cluster.url, "booking_sim observer test", ())) as observer:
            observer.wait(lambda: True)
            observer.start(time.monotonic())
            with connect(cluster.url) as conn:  # it has sampled who waits, once more, since it began
                wait_for(conn, WATCHED.replace("count(*)", "bool_or(query like '%at_work%')"))
            cluster.stop(force=True)
            stopped = time.monotonic()
            cluster.stay()
            with connect(cluster.url) as conn:
                wait_for(conn, WATCHED.replace("count(*)", "count(*) = 1"))
                conn.execute("select pg_sleep(0.6)")
            observations = observer.stop()
    finally:
        cluster.stop(force=True)
    instants = [instant for batch in observations.columns["waits"] for instant in batch[0]]
    assert min(instants) < stopped < max(instants)
    assert observations.problems


def test_an_observer_ends_with_a_parent_that_is_killed(database, conn, observers):
    script = f"from booking_sim import surge; surge(tickets=5, buyers=9, connections=2, url={database!r})"
    create_event(conn, "concert", 1)
    with connect(database) as other, other.transaction():
        other.execute("lock table booking.booking_intents in share mode")
        parent = subprocess.Popen([sys.executable, "-c", script])
        wait_for(conn, f"select count(*) = 2 {HERE} and wait_event_type = 'Lock'")
        orphans = observers(parent.pid)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    _, left = psutil.wait_procs(orphans, timeout=SECONDS)
    assert (len(orphans), left) == (1, [])


def wait_for(conn, condition):
    """Ask until it is true, and let the server wait in between."""
    for _ in range(SECONDS * 100):
        if conn.execute(condition).fetchone()[0]:
            return
        conn.execute("select pg_sleep(0.01)")
    pytest.fail(f"never came true: {condition}")
