"""One turn: a load on one database, from the instant at which every session is warm.

Each client first makes a few calls, which compile functions and make plans, and then waits for an advisory lock. Once
all of them wait, the counters are read and the lock is given up. A second lock is at the end of their calls. So the
load begins and ends for all at once, and the calls between two readings of a counter are known.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from psycopg import Connection

from booking_sim.bench.pgbench import APPLICATION, Load, Pgbench, Running, TimedAnswer
from booking_sim.bench.server_cost import Wal, WalMeter, cpu_ns
from booking_sim.bench.statements import WARM_UP
from booking_sim.errors import BookingSimError
from booking_sim.queries import load

_START, _END = 1_650_811_470, 1_650_811_471  # advisory locks; any two numbers
_POLL_S = 0.02
_NEVER = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Turn:
    """What one load came to.

    Attributes:
        per_s: Calls answered a second.
        cpu_us: The server's CPU time per call, in microseconds; None where it cannot be read.
        wal: WAL that they wrote.
        counted: The calls that wrote it.
        calls: Calls that were answered, warm-up included.
    """

    per_s: float
    cpu_us: float | None
    wal: Wal
    counted: int
    calls: int


def measure(
    pgbench: Pgbench,
    connection: Connection[Any],
    wal: WalMeter,
    script: str,
    *,
    clients: int,
    calls: int | None,
    seconds: float,
    variables: Mapping[str, int | float],
) -> Turn:
    """Run a load, and read what it cost.

    Args:
        pgbench: One to the database.
        connection: One to the same database; it holds the two locks until the load begins and ends.
        wal: The meter.
        script: What makes one call.
        clients: How many sessions call.
        calls: How many each of them makes at most, after WARM_UP others; None: as many as it can.
        seconds: How long at most.
        variables: What the script calls by a name.

    Raises:
        BookingSimError: pgbench failed or ended early, or no call was answered in time.
    """
    last = _NEVER if calls is None else WARM_UP + calls
    given = {**variables, "clients": clients, "number": 0}
    connection.execute(f"select pg_advisory_lock({_START}), pg_advisory_lock({_END})")
    with pgbench.until_stopped(Load(_between_locks(script, last), clients, given)) as running:
        while _waiting(connection, _START) < clients:
            if running.has_ended:
                running.answers()  # raises what went wrong, if pgbench says so
                raise BookingSimError("pgbench ended before its sessions were warm.")
            time.sleep(_POLL_S)
        window = _run(running, connection, wal, clients, seconds)
        answers = running.answers()
    made = [answer for answer in answers if answer.number <= last]
    counted = [answer for answer in made if answer.number > WARM_UP]
    by_end = sum(answer.at <= window.end for answer in counted)
    if not by_end:
        raise BookingSimError(f"No call was answered in {seconds:g} s: give it more time.")
    return Turn(
        per_s=_rate(counted, window, last),
        cpu_us=None if window.cpu_ns is None else window.cpu_ns / 1000 / by_end,
        wal=wal.since(window.position),
        counted=len(counted),
        calls=len(made),
    )


@dataclass(frozen=True, slots=True)
class _Window:
    """When the load began and ended, in seconds since 1970; its CPU time; where the WAL ended when it began."""

    begin: float
    end: float
    cpu_ns: int | None
    position: str


def _run(running: Running, connection: Connection[Any], wal: WalMeter, clients: int, seconds: float) -> _Window:
    """Let the clients go, and stop them when their time is over or all of them have made their calls."""
    url = connection.info.dsn
    pids = [row[0] for row in connection.execute(load("bench/backends"), {"application_name": APPLICATION})]
    position = wal.position()
    before = cpu_ns(pids, url)
    begin = time.time()
    connection.execute(f"select pg_advisory_unlock({_START})")
    while time.time() < begin + seconds and _waiting(connection, _END) < clients and not running.has_ended:
        time.sleep(_POLL_S)
    after = cpu_ns(pids, url)
    end = time.time()
    running.stop()
    connection.execute(f"select pg_advisory_unlock({_END})")
    return _Window(begin, end, None if before is None or after is None else after - before, position)


def _rate(counted: list[TimedAnswer], window: _Window, last: int) -> float:
    """Answers a second while every client still called."""
    finished_at = [answer.at for answer in counted if answer.number == last]
    end = min(finished_at, default=window.end)
    return sum(answer.at <= end for answer in counted) / (end - window.begin)


def _waiting(connection: Connection[Any], key: int) -> int:
    row = connection.execute(load("bench/waiting"), {"key": key}).fetchone()
    return cast("tuple[int]", row)[0]


def _between_locks(script: str, last: int) -> str:
    return (
        "\\set number :number + 1\n"
        f"\\if :number = {WARM_UP + 1}\nselect pg_advisory_lock_shared({_START});\n\\endif\n"
        f"\\if :number = {last + 1}\nselect pg_advisory_lock_shared({_END});\n\\else\n{script}\n\\endif\n"
    )
