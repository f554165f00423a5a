"""What the observer costs: one load on one server, while the observer samples and pauses in turns."""

import math
import os
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from psycopg import Connection

from booking_sim.bench.pgbench import Load, Pgbench, Times
from booking_sim.booking import create_event
from booking_sim.database import connect, open_server
from booking_sim.errors import BookingSimError
from booking_sim.observer.messages import Watch
from booking_sim.observer.observer import Observer
from booking_sim.queries import load
from booking_sim.strategies import find
from booking_sim.strategies.applying import scratch

GOAL = 0.02
"""The share of throughput that watching may cost."""

_TURN_S = 0.5
_COUNTED = 0.95  # of the tickets: what follows belongs to another phase
_NAME = "booking_sim observer of a bench"


@dataclass(frozen=True, slots=True)
class WatchingCost:
    """What watching cost.

    Attributes:
        pairs: Neighbouring turns that were compared.
        per_s: The median rate of calls while nobody watched.
        cost: The share of throughput that was lost while somebody did: the mean over the pairs.
        error: Twice the standard error of that mean.
        processors: The share of this machine's processors that the observer used while it watched; if the server is
            here too, with the backend that answers it.
        sampling: How many samples it took, as the manifest of a surge has it.
    """

    pairs: int
    per_s: float
    cost: float
    error: float
    processors: float
    sampling: dict[str, Any]

    @property
    def ok(self) -> bool:
        """Whether it is no more than GOAL."""
        return self.cost <= GOAL


def watching_cost(
    *,
    strategy: str | Path = "default",
    clients: int = 64,
    tickets: int = 500_000,
    seconds: int = 60,
    url: str | None = None,
) -> WatchingCost:
    """Measure what watching costs, in a scratch database that is gone afterwards.

    Args:
        strategy: A name of the catalogue, or the path of an SQL file.
        clients: How many connections reserve.
        tickets: How many there are to be reserved. What follows when they are gone is left out.
        seconds: How long.
        url: A database of the server to measure on; its data is not changed. None: POSTGRES_URL, else the PG*
            variables, else the embedded server.

    Raises:
        BookingSimError: An argument is out of range, or there were too few answers to compare.
    """
    for name, value, least in (("clients", clients, 1), ("tickets", tickets, 1000), ("seconds", seconds, 4)):
        if value < least:
            raise BookingSimError(f"{name}={value} is out of range: give a whole number from {least} on.")
    chosen = find(strategy)
    with open_server(url) as server, scratch(server.url, chosen) as place, connect(place) as connection:
        event_id = create_event(connection, "watching", tickets)
        connection.execute(load("bench/vacuum"))
        pgbench = Pgbench(server.bin_dir, place, retry=bool(chosen.retry))
        calls = Load(load("bench/reserve"), clients, {"first_event": event_id, "last_event": event_id})
        with Observer(Watch(place, _NAME, ())) as observer:
            observer.wait(lambda: True)
            observer.start(time.monotonic())
            with _by_turns(_processes(connection, observer.pid)) as turns:
                answers = pgbench.for_seconds(seconds, calls)
            observations = observer.stop()
    counted = int(_COUNTED * tickets)
    end = answers[counted - 1] if len(answers) > counted else math.inf
    return _judge(answers, end, turns, dict(observations.sampling))


@dataclass
class _Turns:
    """When whose turn began, in seconds since 1970, and what the observer had used of the processors by then."""

    began: list[float] = field(default_factory=list)
    watched: list[bool] = field(default_factory=list)
    used_s: list[float] = field(default_factory=list)


@contextmanager
def _by_turns(processes: list[psutil.Process]) -> Iterator[_Turns]:
    """Let the observer sample for a turn, hold it still for two, let it sample for two, and so on."""
    turns, over = _Turns(), threading.Event()
    observer = processes[0]

    def take() -> None:
        number = 0
        while not over.is_set():
            watched = number % 4 in {0, 3}
            (observer.resume if watched else observer.suspend)()
            turns.began.append(time.time())
            turns.watched.append(watched)
            turns.used_s.append(sum(_used(process) for process in processes))
            number += 1
            over.wait(_TURN_S)
        observer.resume()

    thread = threading.Thread(target=take)
    thread.start()
    try:
        yield turns
    finally:
        over.set()
        thread.join()


def _processes(connection: Connection[Any], pid: int) -> list[psutil.Process]:
    """The observer, and the backend that answers it if that is on this machine."""
    processes = [psutil.Process(pid)]
    row = connection.execute(load("bench/observers_backend"), {"application_name": _NAME}).fetchone()
    with suppress(psutil.Error):
        backend = psutil.Process(row[0] if row else -1)
        if "postgres" in backend.name():
            processes.append(backend)
    return processes


def _used(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _judge(answers: Times, end: float, turns: _Turns, sampling: dict[str, Any]) -> WatchingCost:
    began, watched = np.array(turns.began), np.array(turns.watched[:-1])
    lasted = np.diff(began)
    rates = np.diff(np.searchsorted(answers, began)) / lasted
    whole = (began[:-1] >= answers[0]) & (began[1:] <= min(answers[-1], end))
    firsts = [turn for turn in range(0, len(rates) - 1, 2) if whole[turn] and whole[turn + 1]]
    if len(firsts) < 2:
        raise BookingSimError("There were too few answers to compare: give it more with --seconds.")
    pairs = [(rates[turn], rates[turn + 1]) if watched[turn] else (rates[turn + 1], rates[turn]) for turn in firsts]
    lost = [float(1 - beside / alone) for beside, alone in pairs]
    used = np.diff(turns.used_s)[whole & watched].sum() / lasted[whole & watched].sum()
    return WatchingCost(
        pairs=len(pairs),
        per_s=float(statistics.median(alone for _, alone in pairs)),
        cost=statistics.mean(lost),
        error=2 * statistics.stdev(lost) / math.sqrt(len(lost)),
        processors=float(used) / (os.cpu_count() or 1),
        sampling=sampling,
    )
