"""Measures the situations, one after the other, in a scratch database that is gone afterwards.

The floor and the strategy run at the same instant with half of the clients each, so that whatever else the machine does
happens to both: of rates measured in turn, the ratio scatters as the machine does.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count, islice
from typing import Any, cast

import pandas as pd
from psycopg import Connection
from tqdm import tqdm

from booking_sim import manifest
from booking_sim.bench.pgbench import Load, Pgbench
from booking_sim.bench.rates import duel, worst_window
from booking_sim.bench.result import BenchResult
from booking_sim.bench.situations import Situation
from booking_sim.bench.stage import Stage, old_snapshot, prepare
from booking_sim.database import connect, open_server
from booking_sim.errors import BookingSimError
from booking_sim.queries import load
from booking_sim.strategies import Strategy, scratch

_OURS = 4  # connections: for the scratch database, its events, the old snapshot, and one to spare
_PLAIN = "-c default_transaction_isolation=read\\ committed"  # whatever a strategy made the database's default
_CALLS_A_TICKET = 3  # of the worst window: refusals are fast, and half a second of them is to be seen


def run(
    situations: Sequence[Situation],
    strategy: Strategy,
    *,
    rounds: int,
    seconds: int,
    url: str | None,
    progress: bool | None,
) -> BenchResult:
    """Do what `booking_sim.bench.bench` promises."""
    began_at = datetime.now(UTC)
    rows: list[dict[str, Any]] = []
    hidden = None if progress is None else not progress
    with (
        open_server(url) as server,
        connect(server.url) as admin,
        tqdm(total=len(situations) * rounds, desc="bench", unit=" rounds", leave=False, disable=hidden) as bar,
    ):
        _check_headroom(admin, max(situation.clients for situation in situations))
        with scratch(server.url, strategy) as scratch_url, connect(scratch_url) as connection:
            pgbench = Pgbench(server.bin_dir, scratch_url, retry=bool(strategy.retry))
            rig = _Rig(connection, pgbench, seconds)
            for situation in situations:
                bar.set_description(f"{situation.name}, {situation.clients} clients")
                with old_snapshot(scratch_url, situation):
                    measured = rig.windows(situation) if situation.floor == "fresh" else rig.duels(situation)
                    for number, (floor, own) in enumerate(islice(measured, rounds), 1):
                        rows.append(_row(situation, number, floor, own))
                        bar.set_postfix_str(f"{own / floor:.0%} of the floor", refresh=False)
                        bar.update()
        about = {
            "strategy": strategy.name,
            "started_at": began_at.isoformat(),
            "ended_at": datetime.now(UTC).isoformat(),
            "rounds": rounds,
            "seconds": seconds,
            "versions": manifest.versions(),
            "server": manifest.server(admin, server.source),
            "machine": manifest.machine(),
            "git": manifest.commit(),
        }
    return BenchResult(pd.DataFrame(rows), about)


class _Rig:
    """A database with the floors in it, and what drives them.

    Args:
        connection: One to the scratch database.
        pgbench: What calls.
        seconds: How long a duel takes.
    """

    def __init__(self, connection: Connection[Any], pgbench: Pgbench, seconds: int) -> None:
        self._connection = connection
        self._pgbench = pgbench
        self._seconds = seconds
        self._grounds: dict[tuple[int, int], Stage] = {}
        connection.execute(load("bench/floors"))

    def duels(self, situation: Situation) -> Iterator[tuple[float, float]]:
        """The rates of the floor and of the strategy, round by round.

        Each round begins with as many tickets as the last one took, or with new events.
        """
        clients = max(1, situation.clients // 2)
        ground = self._ground(situation)
        places = ground.tickets // situation.quantity
        floor_load = Load(situation.floor, clients, ground.variables | {"places": places}, _PLAIN)
        stage, taken = prepare(self._connection, situation), 0
        for number in count():
            if stage.left is not None and stage.left < taken:
                stage = prepare(self._connection, situation)
            own_load = Load("reserve", clients, stage.variables | {"quantity": situation.quantity})
            if number % 2:  # neither is always started first
                own, floor = self._pgbench.for_seconds(self._seconds, own_load, floor_load)
            else:
                floor, own = self._pgbench.for_seconds(self._seconds, floor_load, own_load)
            yield duel(floor, own, stage.left)
            if stage.left is not None:
                taken = len(own)
                stage.left -= taken

    def windows(self, situation: Situation) -> Iterator[tuple[float, float]]:
        """The strategy's rate while there are tickets, and in its worst window, round by round."""
        calls = _CALLS_A_TICKET * situation.tickets // situation.clients
        while True:
            stage = prepare(self._connection, situation)
            own_load = Load("reserve", situation.clients, stage.variables | {"quantity": situation.quantity})
            yield worst_window(self._pgbench.for_calls(calls, own_load), situation.tickets)

    def _ground(self, situation: Situation) -> Stage:
        """Events for the floor, like the situation's own; its numbers go round, so they never run out."""
        size = situation.events, situation.tickets
        if size not in self._grounds:
            self._grounds[size] = prepare(self._connection, replace(situation, name="floor", sold=0, overdue=False))
        return self._grounds[size]


def _row(situation: Situation, number: int, floor: float, own: float) -> dict[str, Any]:
    return {
        "phase": situation.phase,
        "situation": situation.name,
        "clients": situation.clients,
        "round": number,
        "floor_per_s": floor,
        "per_s": own,
        "share": own / floor,
        "goal": situation.goal,
    }


def _check_headroom(connection: Connection[Any], clients: int) -> None:
    row = connection.execute(load("surge/headroom")).fetchone()
    allowed, reserved, in_use = cast("tuple[int, int, int]", row)
    free = allowed - reserved - in_use - _OURS
    if clients > free:
        raise BookingSimError(
            f"clients={clients} is more than the server has left, {free}: ask for at most {free} with --clients,"
            " or raise max_connections."
        )
