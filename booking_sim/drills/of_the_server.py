"""Faults of the server and its processes: cancelled, terminated, killed, stopped; and commits that are lost."""

from collections.abc import Iterator
from contextlib import suppress

import psutil
import psycopg

from booking_sim.drills.fault import Expected, fault
from booking_sim.drills.stage import Stage
from booking_sim.queries import load


@fault(Expected.SURVIVES)
def call_cancelled(stage: Stage) -> Iterator[None]:
    """Somebody cancels a call that waits for a lock."""
    with stage.blocked() as (connection, [pid, *_]):
        connection.execute(load("drill/cancel"), {"pid": pid})
        stage.wait("the end of the call", lambda: pid not in stage.waiting(connection))
    yield


@fault(Expected.UNKNOWN)
def session_terminated(stage: Stage) -> Iterator[None]:
    """The database's owner ends a session in the middle of a call."""
    with stage.blocked() as (connection, [pid, *_]):
        connection.execute(load("drill/terminate"), {"pid": pid})
        stage.wait("the end of the session", lambda: pid not in stage.waiting(connection))
    yield


@fault(Expected.UNKNOWN)
def server_process_killed(stage: Stage) -> Iterator[None]:
    """A server process is killed in the middle of a call; the server ends all sessions and restarts."""
    with suppress(psycopg.OperationalError), stage.blocked() as (_, [pid, *_]):  # our own sessions end too
        psutil.Process(pid).kill()
    yield


@fault(Expected.SURVIVES, lasts_s=1.0)
def server_stopped(stage: Stage) -> Iterator[None]:
    """All processes of the server stop for a second."""
    stage.server.suspend()
    try:
        yield
    finally:
        stage.server.resume()


@fault(Expected.SURVIVES, lasts_s=1.0)
def server_killed(stage: Stage) -> Iterator[None]:
    """The server is killed, and started again a second later."""
    stage.server.kill()
    yield
    stage.server.start()


@fault(Expected.STOPS, says="No PostgreSQL answers")
def server_gone(stage: Stage) -> Iterator[None]:
    """The server is killed, and does not come back before the surge ends."""
    stage.server.kill()
    yield
    stage.surge.wait(120)
    stage.server.start()


@fault(Expected.DETECTED, lasts_s=0.5)
def commits_lost(stage: Stage) -> Iterator[None]:
    """The server acknowledges before data is durable, and is killed: a negative control."""
    with stage.server.connect() as connection:
        for name in ("acknowledge_early", "write_late", "reload"):
            connection.execute(load(f"drill/{name}"))
    stage.pause(1.0)
    stage.server.kill()
    yield
    stage.server.start()
    with stage.server.connect() as connection:
        for name in ("acknowledge_late", "write_early", "reload"):
            connection.execute(load(f"drill/{name}"))
