"""Measures comparisons in scratch databases that are gone afterwards."""

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any, Final

import pandas as pd
from tqdm import tqdm

from booking_sim.bench.contestants import NotStagedError
from booking_sim.bench.creation import creations
from booking_sim.bench.cycles import cycles
from booking_sim.bench.metrics import METRICS
from booking_sim.bench.pgbench import Pgbench
from booking_sim.bench.phases import BenchComparison
from booking_sim.bench.place import Place
from booking_sim.bench.result import BenchManifest, BenchResult
from booking_sim.bench.server_cost import WalMeter
from booking_sim.bench.statements import can_count
from booking_sim.bench.turns import turns
from booking_sim.bench.window import windows
from booking_sim.database import connect, headroom, open_server
from booking_sim.database.scratch import empty_database
from booking_sim.result.environment import Environment

_RESERVED_CONNECTIONS = 6  # for scratch databases, WAL, checkpoints, the locks, the old snapshot, and one to spare
_METHODS: Final = {"turns": turns, "window": windows, "create": creations, "cycles": cycles}
_KEYS = ("phase", "situation", "clients", "round", "turn", "side")


def run_bench(
    comparisons: Sequence[BenchComparison],
    name: str,
    *,
    rounds: int,
    seconds: float,
    url: str | None,
    progress: bool | None,
) -> BenchResult:
    """Do what `booking_sim.bench.bench` promises."""
    began_at = datetime.now(UTC)
    rows: list[dict[str, Any]] = []
    notes: list[str] = []
    total = rounds * sum(len(comparison.sides) for comparison in comparisons)
    hidden = None if progress is None else not progress
    with ExitStack() as stack:
        server = stack.enter_context(open_server(url))
        admin = stack.enter_context(connect(server.url))
        clients = max(comparison.clients for comparison in comparisons)
        headroom.check(admin, clients, "clients", reserved=_RESERVED_CONNECTIONS)
        for comparison in comparisons:
            for side in comparison.sides:
                side.calls(comparison.clients)  # is refused now, and not after a quarter of an hour
        meter = stack.enter_context(connect(stack.enter_context(empty_database(server.url))))
        bar = stack.enter_context(tqdm(total=total, desc="bench", unit=" turns", leave=False, disable=hidden))

        def tick(words: str) -> None:
            bar.set_postfix_str(words, refresh=False)
            bar.update()

        counts = can_count(Pgbench(server.bin_dir, server.url, retry=False))
        place = Place(server.url, admin, server.bin_dir, WalMeter(meter), counts, rounds, seconds, tick, stack)
        for comparison in comparisons:
            bar.set_description(f"{comparison.situation}, {comparison.clients} clients")
            about = {name: getattr(comparison, name) for name in ("phase", "situation", "clients")}
            try:
                for measured in _METHODS[comparison.method](place, comparison):
                    rows += [about | row for row in measured]
            except NotStagedError as error:
                notes.append(f"{comparison.situation}: {error}")
        manifest = BenchManifest(
            strategy=name,
            started_at=began_at.isoformat(),
            ended_at=datetime.now(UTC).isoformat(),
            rounds=rounds,
            seconds=seconds,
            notes=notes,
            environment=Environment.read(admin, server.source),
        )
    frame = pd.DataFrame(rows, columns=[*_KEYS, *METRICS, "served"])
    return BenchResult(frame.astype(dict.fromkeys([*METRICS, "served"], float)), comparisons, manifest)
