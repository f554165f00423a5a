"""What the doctor checks: asked of the server, measured on the way to it, and seen on this machine."""

import math
import os
import resource
import time
from dataclasses import dataclass
from typing import Any

import psutil
import psycopg
from psycopg import Connection
from psycopg.rows import dict_row

from booking_sim import queries
from booking_sim.database.headroom import Headroom, measure
from booking_sim.observer.cpu import CpuClock

_ROUND_TRIPS = 50
_COMMITS = 50
_MEASURE_S = 1.0
"""How long commits are measured at most, on a disk that is slow."""
_CPU_SAMPLE_S = 0.5
"""How long the CPUs are sampled: nothing of ours is at work meanwhile."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What was found.

    Attributes:
        headroom: How many connections the server gives.
        wanted: Connections that a run would open.
        settings: The server's settings that we may see; sizes in bytes, times in milliseconds.
        server: One row of facts; the query `doctor/server` says what they are.
        version: The server's, such as 180006.
        announced_pid: The process that the server said it gave us; another one answers if there is a pooler between.
        round_trip_s: The median time of a question and its answer.
        clock_ahead_s: By how much the server's clock is ahead of ours.
        commit_s: The median time for which a commit waited beyond that; not a number if there was none.
        is_here: Whether the server's processes are on this machine.
        cpus: Of this machine.
        busy: The share of them at work while we were not.
        files: How many files and connections a process may open here.
        command: What is to be run.
        cpu_per_call_s: The CPU seconds that an empty call takes the load generator; not a number if it is not known.
    """

    wanted: int
    headroom: Headroom
    settings: dict[str, str]
    server: dict[str, Any]
    version: int
    announced_pid: int
    round_trip_s: float
    clock_ahead_s: float
    commit_s: float
    is_here: bool
    cpus: int
    busy: float
    files: float
    command: str = "surge"
    cpu_per_call_s: float = math.nan


def gather(connection: Connection[Any], wanted: int, command: str = "surge") -> Facts:
    """Gather everything; it takes one or two seconds, and leaves nothing behind.

    Args:
        connection: One to the database in question.
        wanted: Connections that a run would open.
        command: What is to be run.
    """
    settings = dict(connection.execute(queries.load("doctor/settings")).fetchall())
    with connection.cursor(row_factory=dict_row) as cursor:
        server = cursor.execute(queries.load("doctor/server")).fetchone() or {}
    round_trip_s, clock_ahead_s = _clock(connection)
    cpus = CpuClock()
    cpus.find_server(server["backend_pid"], server["backend_began_at"] or math.nan)
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return Facts(
        wanted=wanted,
        headroom=measure(connection),
        settings=settings,
        server=server,
        version=connection.info.server_version,
        announced_pid=connection.info.backend_pid,
        round_trip_s=round_trip_s,
        clock_ahead_s=clock_ahead_s,
        commit_s=_commit_s(connection, round_trip_s),
        is_here=cpus.sees_server,
        cpus=os.cpu_count() or 1,
        busy=psutil.cpu_percent(_CPU_SAMPLE_S) / 100,
        files=math.inf if soft == resource.RLIM_INFINITY else soft,
        command=command,
    )


def _clock(connection: Connection[Any]) -> tuple[float, float]:
    """The median round trip, and the difference of the clocks as the quickest one shows it: to half of its time."""
    trips = []
    for _ in range(_ROUND_TRIPS):
        asked, began = time.time(), time.perf_counter()
        [server] = connection.execute(queries.load("doctor/clock")).fetchone() or (math.nan,)
        took = time.perf_counter() - began
        trips.append((took, server - asked - took / 2))
    trips.sort()
    return trips[len(trips) // 2][0], trips[0][1]


def _commit_s(connection: Connection[Any], round_trip_s: float) -> float:
    times: list[float] = []
    end = time.perf_counter() + _MEASURE_S
    try:
        while len(times) < _COMMITS and time.perf_counter() < end:
            began = time.perf_counter()
            connection.execute(queries.load("doctor/commit"))
            times.append(time.perf_counter() - began)
    except psycopg.Error:
        return math.nan
    return max(0.0, sorted(times)[len(times) // 2] - round_trip_s)
