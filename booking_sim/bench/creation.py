"""What a ticket of a new event costs: create_event for few and for many tickets, each by a warm session."""

import time
from collections.abc import Iterator

from booking_sim.bench.phases import BenchComparison, Side
from booking_sim.bench.place import Place, Row
from booking_sim.bench.server_cost import cpu_ns
from booking_sim.bench.stages import copied

_WARM_UP_TICKETS = 100


def creations(place: Place, comparison: BenchComparison) -> Iterator[list[Row]]:
    """Yield the rows of each round; every other round has the opposite order."""
    for number in range(1, place.rounds + 1):
        order = comparison.sides if number % 2 else comparison.sides[::-1]
        yield [
            {"round": number, "turn": turn, "side": side.label} | _create(place, side)
            for turn, side in enumerate(order, 1)
        ]


def _create(place: Place, side: Side) -> Row:
    with copied(place.url, place.base(side.contestant)) as (url, connection):
        side.contestant.sell(connection, _WARM_UP_TICKETS, 1)
        place.checkpoint()
        pids, position = [connection.info.backend_pid], place.wal.position()
        before, began = cpu_ns(pids, url), time.perf_counter()
        side.contestant.sell(connection, side.tickets, 1)
        took_s, after = time.perf_counter() - began, cpu_ns(pids, url)
        wal = place.wal.since(position)
    place.tick(f"{side.label}: {took_s:.2f} s")
    return {
        "per_s": side.tickets / took_s,
        "cpu_us": None if before is None or after is None else (after - before) / 1000 / side.tickets,
        **wal.per_call(side.tickets),
    }
