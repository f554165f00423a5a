"""Whatever fails after the first call, the attempts are on disk, and a line says what is missing."""

import json
import os
import resource
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from program import SECONDS

from booking_sim import audit as audit_module
from booking_sim import load, surge
from booking_sim.cli import surge_run
from booking_sim.database import connect
from booking_sim.database.embedded import Cluster
from booking_sim.database.scratch import empty_database
from booking_sim.load_generator import finish
from booking_sim.load_generator import run as module
from booking_sim.records.columns import read_stream
from booking_sim.result.beginning import UNFINISHED
from booking_sim.result.result import SurgeResult

SMALL = ("surge", "--tickets", 5, "--buyers", 300, "--connections", 4, "--out", "out", "--json")
DROP = "drop schema booking cascade"
LONG = ("surge", "--tickets", 50, "--buyers", 100_000, "--connections", 8, "--out", "out")


def test_a_parent_that_is_killed_leaves_a_folder_that_can_be_loaded(start, first_hold, conn, tmp_path):
    process = start(*LONG)
    first_hold(process)
    stream = tmp_path / "out" / "attempts.arrows"
    while not sum(map(len, read_stream(stream))):
        conn.execute("select pg_sleep(0.01)")
    process.kill()
    process.wait()
    left = load(tmp_path / "out")
    assert left.manifest.problems == [UNFINISHED]
    assert left.scenario.buyers == 100_000
    assert left.manifest.environment.server["settings"]["fsync"]
    assert left.summary()["held"] > 0
    assert left.headline.startswith("Partial run, the audit was not done: ")


def at_the_end(patch, fault):
    """Let a fault happen when the last worker has ended."""
    patch.setattr(module, "_await_end_of_sessions", lambda _: fault())


def cancelled_audit(patch, conn):
    """The audit meets a lock, and somebody cancels it."""

    def audit(connection, **options):
        with connect(conn.info.dsn) as other, other.transaction(), ThreadPoolExecutor() as pool:
            other.execute("lock table booking.tickets")
            done = pool.submit(audit_module.audit, connection, **options)
            cancel = "select pg_cancel_backend(pid) from pg_stat_activity where wait_event_type = 'Lock' and pid = %s"
            while not conn.execute(cancel, [connection.info.backend_pid]).fetchone() and not done.done():
                conn.execute("select pg_sleep(0.01)")
            return done.result()

    patch.setattr(finish, "audit", audit)


FAULTS = {
    "the audit is cancelled": (
        cancelled_audit,
        "the audit is missing: The audit could not be done. A statement was cancelled: canceling statement due to user",
        {"attempts.parquet", "holds.parquet", "surge.png"},
    ),
    "the disk is full": (
        lambda patch, _: at_the_end(patch, lambda: Path("out/holds.parquet").symlink_to("/dev/full")),
        "holds.parquet is missing: ",
        {"attempts.parquet", "surge.png"},
    ),
    "Ctrl-C while the audit is done": (
        lambda patch, _: patch.setattr(finish, "audit", lambda *_, **__: os.kill(os.getpid(), signal.SIGINT)),
        "the audit is missing: interrupted",
        {"attempts.parquet", "holds.parquet", "surge.png"},
    ),
    "Ctrl-C while it is saved": (
        lambda patch, _: patch.setattr(SurgeResult, "chart", lambda _: os.kill(os.getpid(), signal.SIGINT)),
        "surge.png is missing: interrupted",
        {"attempts.parquet", "holds.parquet"},
    ),
    "the schema is dropped": (
        lambda patch, conn: at_the_end(patch, lambda: conn.execute(DROP)),
        "the audit is missing: ",
        {"attempts.parquet", "surge.png"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("fault", "problem", "files"), FAULTS.values(), ids=[*FAULTS])
def test_what_fails_after_a_run_is_named_and_the_rest_is_kept(run, conn, tmp_path, monkeypatch, fault, problem, files):
    fault(monkeypatch, conn)
    status, out, err = run(*SMALL)
    assert (status, err) == (1, "")
    summary = json.loads(out)
    assert [line for line in summary["problems"] if line.startswith(problem)], summary["problems"]
    assert len(set(summary["problems"])) == len(summary["problems"])
    assert summary["partial"] is True
    left = load(tmp_path / "out")
    assert [*left.manifest.problems] == summary["problems"]
    assert len(left.attempts) == 300
    assert files <= {path.name for path in (tmp_path / "out").iterdir()}
    if "audit" in problem:
        assert summary["audit_ok"] is False
        assert "the audit was not done" in left.headline


def test_ctrl_c_while_the_answer_is_printed_takes_nothing(run, monkeypatch):
    describe = surge_run._json
    monkeypatch.setattr(surge_run, "_json", lambda *about: os.kill(os.getpid(), signal.SIGINT) or describe(*about))
    status, out, err = run(*SMALL)
    assert (status, err, json.loads(out)["partial"]) == (0, "", False)


@pytest.mark.faults
def test_a_server_that_is_killed_at_the_end(run, server_home, tmp_path, monkeypatch):
    with Cluster(server_home) as cluster:
        at_the_end(monkeypatch, lambda: psutil.Process(cluster.pid).kill())
        status, out, err = run(*SMALL, POSTGRES_URL=cluster.url)
    assert (status, err) == (1, "")
    problem = "the final state of the database, audit included, is missing: No PostgreSQL answers at "
    assert [line for line in json.loads(out)["problems"] if line.startswith(problem)]
    assert len(load(tmp_path / "out").attempts) == 300


def test_a_disk_that_is_full_stops_the_run_and_what_was_written_is_kept(start, tmp_path):
    """As a limit on the length of files does, in place of a full disk: some thousand attempts fit, and then no more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, hard))
    try:
        process = start(*LONG, "--json")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    out, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, err) == (1, "")
    summary = json.loads(out)
    assert summary["problems"][0].startswith("stopped, since attempts cannot be written to 'out' any more: ")
    assert 0 < summary["attempts"] < 20_000
    assert len(load(tmp_path / "out").attempts) == summary["attempts"]


def test_without_a_folder_attempts_are_in_a_temporary_one_that_goes_with_the_result(database, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    result = surge(tickets=2, buyers=20, connections=2, url=database)
    (folder,) = tmp_path.glob("booking_sim-*")
    assert len(result.attempts) == 20
    kept = result.save(tmp_path / "kept")
    del result
    assert not folder.exists()
    assert len(load(kept).attempts) == 20


def test_a_result_is_saved_where_it_is_wanted(database, tmp_path):
    result = surge(tickets=2, buyers=20, connections=2, url=database, out=tmp_path / "out")
    assert result.ok
    assert load(tmp_path / "out").headline == result.headline


def test_a_scratch_database_is_dropped_although_idle_connections_were_ended_meanwhile(database, conn):
    with empty_database(database) as scratch, connect(scratch) as inside:
        assert inside.execute("select 1").fetchone() == (1,)
        name = inside.info.dbname
        conn.execute("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()"
                     " and datname = current_database()")  # fmt: skip
    assert conn.execute("select count(*) from pg_database where datname = %s", [name]).fetchone() == (0,)
