"""The load generator compared with pgbench: the same call, connections and server, in turns."""

import resource
import statistics
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection
from tqdm import tqdm

from booking_sim import queries
from booking_sim.arrivals import Constant, Poisson, Schedule
from booking_sim.bench.pgbench import Load, Pgbench
from booking_sim.booking import create_event
from booking_sim.database import connect, open_server
from booking_sim.errors import BookingSimError, SettingError
from booking_sim.load_generator.evidence import Evidence
from booking_sim.load_generator.interrupt import Interrupt
from booking_sim.load_generator.worker.messages import WorkerAssignment
from booking_sim.load_generator.worker.workload import Workload
from booking_sim.load_generator.workers import Workers
from booking_sim.scenario.kinds import BuyerKind
from booking_sim.scenario.scenario import MOST_BUYERS
from booking_sim.stats.latency import latencies
from booking_sim.stats.outcomes import answer_times
from booking_sim.strategies import find
from booking_sim.strategies.applying import scratch

if TYPE_CHECKING:
    import pandas as pd

    from booking_sim.load_generator.worker_reports import WorkerReports

GOALS = {"reserve": 0.95, "empty": 0.75}
"""By call: the share of pgbench's rate that the generator is to reach, as fast as both can."""

P50_WITHIN, P99_WITHIN = 0.10, 0.20
"""How far above those of `pgbench --rate` its percentiles may be, at half of the rate that pgbench reaches."""

Values = NDArray[np.float64]
Pairs = list[tuple[float, float]]
T = TypeVar("T")

_WARM_UP_S = 1
"""Not counted at the beginning of a turn: the server compiles the functions for every connection then."""
_WORKERS = 2
_SEED = 1
_HOLD_S = 300.0


@dataclass(frozen=True)
class GeneratorResult:
    """What the generator came to, beside pgbench. All is in pairs: pgbench's and its own, of neighbouring turns.

    Attributes:
        rates: Calls a second, as fast as each can.
        p50_ms: At a share of pgbench's rate, half if not said otherwise, in an open loop, counted from the plan.
        p99_ms: The same.
        cpu_us: Microseconds of CPU that a call took the client's processes, as fast as each can: this hardly depends on
            what else is at work on the machine.
        busy: The share of its time that the busiest worker was working, as fast as it can.
        call: What was called, of GOALS. Of `empty` only rates are measured.
    """

    rates: Pairs
    p50_ms: Pairs
    p99_ms: Pairs
    cpu_us: Pairs
    busy: float
    call: str = "reserve"

    @cached_property
    def shares(self) -> dict[str, float]:
        """Its own as a share of pgbench's, the median of the pairs, by metric, if it was measured."""
        pairs = {"rate": self.rates, "cpu_us": self.cpu_us, "p50_ms": self.p50_ms, "p99_ms": self.p99_ms}
        return {name: statistics.median(own / theirs for theirs, own in both) for name, both in pairs.items() if both}

    @property
    def ok(self) -> bool:
        """Whether every goal is reached; to measure less than pgbench is not a fault."""
        most = {"p50_ms": 1 + P50_WITHIN, "p99_ms": 1 + P99_WITHIN}
        slow = [name for name, limit in most.items() if self.shares.get(name, 0.0) > limit]
        return self.shares["rate"] >= GOALS[self.call] and not slow


def generator(
    *,
    clients: int = 32,
    tickets: int = 50_000,
    rounds: int = 10,
    seconds: int = 2,
    load: float = 0.5,
    call: str = "reserve",
    url: str | None = None,
) -> GeneratorResult:
    """Measure the generator, in a scratch database that is gone afterwards.

    Args:
        clients: Connections, of either side.
        tickets: How many there are to be reserved in a turn.
        rounds: Pairs of turns for each measurement.
        seconds: How long a turn is measured, after one to warm up.
        load: At which share of pgbench's rate latencies are measured, above 0 and below 1.
        call: `reserve`, or `empty`: a reserve() that refuses without a search, which shows the generator's own limit.
        url: A database of the server to measure on; its data is not changed. None: POSTGRES_URL, else the PG*
            variables, else the embedded server.

    Raises:
        BookingSimError: An argument is out of range, a worker failed, or the tickets ran out.
    """
    given = {"clients": (clients, _WORKERS), "tickets": (tickets, 100), "rounds": (rounds, 1), "seconds": (seconds, 1)}
    for name, (value, least) in given.items():
        if value < least:
            raise SettingError(f"{name}={value} is out of range: give a whole number from {least} on.")
    if call not in GOALS:
        raise SettingError(f"call={call!r} is invalid: expected {' or '.join(GOALS)}.")
    if not 0 < load < 1:
        raise SettingError(f"load={load} is out of range: give a number above 0 and below 1, such as 0.5.")
    turns = (2 if call == "empty" else 4) * rounds
    with (
        open_server(url) as server,
        scratch(server.url, find("default")) as place,
        connect(place) as connection,
        tqdm(total=turns, desc="bench generator", unit=" turns", leave=False, disable=None) as bar,
    ):
        if call == "empty":
            connection.execute(queries.load("bench/empty"))
        pgbench = Pgbench(server.bin_dir, place, retry=False)
        sides = _Sides(pgbench, place, connection, clients=clients, seconds=seconds, tickets=tickets, call=call)
        turned = _by_turns(rounds, bar, sides.pgbench_rate, sides.generator_rate)
        rates = [(theirs[0], own[0]) for theirs, own in turned]
        cpu_us = [(theirs[1], own[1]) for theirs, own in turned]
        if call == "empty":
            return GeneratorResult(rates, [], [], cpu_us, max(sides.busy), call)
        rate = load * statistics.median(theirs for theirs, _ in rates)
        lasted = _by_turns(rounds, bar, lambda: sides.pgbench_latencies(rate), lambda: sides.generator_latencies(rate))
    percentiles = {
        percent: [(float(np.percentile(theirs, percent)), float(np.percentile(own, percent))) for theirs, own in lasted]
        for percent in (50, 99)
    }
    return GeneratorResult(rates, percentiles[50], percentiles[99], cpu_us, max(sides.busy))


class _Sides:
    """Both sides; each has the server to itself while it is its turn, and an event that nobody has asked for yet."""

    def __init__(
        self,
        pgbench: Pgbench,
        url: str,
        connection: Connection[Any],
        *,
        clients: int,
        tickets: int,
        seconds: int,
        call: str,
    ) -> None:
        self._pgbench = pgbench
        self._url = url
        self._connection = connection
        self._clients = clients
        self._tickets = tickets
        self._is_empty = call == "empty"
        self._lasts_s = _WARM_UP_S + seconds
        self.busy: list[float] = []

    def pgbench_rate(self) -> tuple[float, float]:
        """What pgbench is answered a second, as fast as it can, and the microseconds of CPU that a call took it."""
        load, before = self._load(), _cpu_of_children_s()
        times = self._pgbench.for_seconds(self._lasts_s, load)
        return self._rate(times), 1e6 * (_cpu_of_children_s() - before) / len(times)

    def generator_rate(self) -> tuple[float, float]:
        """The same of the generator."""
        attempts, reports = self._surge(None)
        self.busy += reports.busy.values()
        return self._rate(np.sort(answer_times(attempts).to_numpy())), 1e6 * reports.worked_s / len(attempts)

    def pgbench_latencies(self, rate: float) -> Values:
        """How long pgbench's calls took, in milliseconds from the plan, at a rate."""
        planned_at, taken_ms = self._pgbench.latencies(self._lasts_s, rate, self._load())
        counted: Values = taken_ms[planned_at >= planned_at.min() + _WARM_UP_S]
        return counted

    def generator_latencies(self, rate: float) -> Values:
        """How long the generator's calls took, in milliseconds from the plan, at a rate."""
        attempts, _ = self._surge(Poisson(Constant(rate, self._lasts_s)).schedule(_SEED))
        return latencies(attempts[attempts.scheduled_at >= _WARM_UP_S], "scheduled").to_numpy()

    def _event(self) -> int:
        event_id = create_event(self._connection, "generator", self._tickets)
        self._connection.execute(queries.load("bench/vacuum"))
        return event_id

    def _load(self) -> Load:
        return Load(queries.load("bench/buyer"), self._clients, {"event": self._event(), "number": 0})

    def _rate(self, times: Values) -> float:
        if not self._is_empty and len(times) >= self._tickets:
            raise BookingSimError(f"tickets={self._tickets} ran out in one turn: give it more with --tickets.")
        counted = times[times >= times[0] + _WARM_UP_S]
        return float((len(counted) - 1) / (counted[-1] - counted[0]))

    def _surge(self, schedule: Schedule | None) -> "tuple[pd.DataFrame, WorkerReports]":
        workload = Workload({"buyer": BuyerKind()}, (self._event(),), 1, _HOLD_S, 1.0, (), _SEED)
        assigned, interrupt = [self._assignment(workload, worker, schedule) for worker in range(_WORKERS)], Interrupt()
        with Evidence(None, interrupt) as evidence, Workers(assigned) as workers:
            reports = workers.run(interrupt, evidence.add)
        if reports.problems:
            raise BookingSimError(f"The generator failed: {reports.problems[0]}")
        return evidence.attempts.frame(), reports

    def _assignment(self, workload: Workload, worker: int, schedule: Schedule | None) -> WorkerAssignment:
        return WorkerAssignment(
            url=self._url,
            application_name="booking_sim surge of a bench",
            workload=workload,
            worker=worker,
            workers=_WORKERS,
            connections=range(worker, self._clients, _WORKERS),
            buyers=MOST_BUYERS if schedule is None else len(schedule.share(worker, _WORKERS)),
            duration_s=self._lasts_s if schedule is None else inf,
            times=None if schedule is None else array("d", schedule.share(worker, _WORKERS)),
            measure=None,
            payments_first=True,
            is_warmed=True,
            answer_timeout_s=60.0,
        )


def _cpu_of_children_s() -> float:
    """The CPU seconds of the processes that this one started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _by_turns(rounds: int, bar: "tqdm[Any]", theirs: Callable[[], T], own: Callable[[], T]) -> list[tuple[T, T]]:
    """Let both take turns; who is first changes from pair to pair, so that what drifts favours neither."""
    pairs = []
    for number in range(rounds):
        if number % 2:
            second = own()
            bar.update()
            pairs.append((theirs(), second))
        else:
            first = theirs()
            bar.update()
            pairs.append((first, own()))
        bar.update()
    return pairs
