"""Tickets that are sold, expire and are sold again, many times, with an old snapshot open during the first half.

In each cycle all tickets are put on hold until one instant, which is waited for. A few cycles at the beginning and at
the end are measured. VACUUM runs every few cycles, as autovacuum would: when that comes must not decide the result.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

from psycopg import Connection

from booking_sim.bench.contestants import Catalogued
from booking_sim.bench.phases import BenchComparison
from booking_sim.bench.place import Place, Row
from booking_sim.bench.stages import Stage, old_snapshot, staged
from booking_sim.bench.turns import one_turn
from booking_sim.queries import load

_VACUUM_EVERY = 20
_PER_TICKET_S = 0.0008  # a staged hold takes less
_STARTING_S = 1.0  # of a measured cycle: connections, and a few calls by themselves


def cycles(place: Place, comparison: BenchComparison) -> Iterator[list[Row]]:
    """Yield the rows of each round: a cycle at the beginning, and its counterpart at the end."""
    first, last = comparison.sides
    measured = {cycle: (cycle - 1, first.label) for cycle in range(2, 2 + place.rounds)}
    measured |= {first.cycles - place.rounds + n: (n, last.label) for n in range(1, place.rounds + 1)}
    rows: dict[int, list[Row]] = {}
    with (
        staged(place, first, comparison.clients) as stage,
        stage.copy(place.url) as (url, connection),
        ExitStack() as stack,
    ):
        stack.enter_context(old_snapshot(url))
        for cycle in range(1, first.cycles + 1):
            if cycle == first.cycles // 2 + 1:
                stack.close()
            if cycle in measured:
                number, label = measured[cycle]
                row = _measured_cycle(place, stage, url, connection)
                place.tick(f"cycle {cycle}")
                rows.setdefault(number, []).append({"round": number, "turn": 1, "side": label} | row)
            else:
                _hold(stage, connection, stage.sale.tickets, time.time() + _PER_TICKET_S * stage.sale.tickets)
            if cycle % _VACUUM_EVERY == 0:
                connection.execute(load("bench/vacuum"))
    yield from rows.values()


def _measured_cycle(place: Place, stage: Stage, url: str, connection: Connection[Any]) -> Row:
    due = time.time() + place.seconds + _STARTING_S
    contestant = stage.side.contestant
    before = contestant.held(connection)
    row = one_turn(place, stage, url, connection, load("bench/hold_until"), due=due)
    taken = contestant.held(connection) - before
    _hold(stage, connection, stage.sale.tickets - taken, due)
    return row


def _hold(stage: Stage, connection: Connection[Any], tickets: int, due: float) -> None:
    contestant = stage.side.contestant
    if not isinstance(contestant, Catalogued):
        raise TypeError(contestant)
    contestant.hold(connection, stage.sale.first_event, max(tickets, 0), due)
    time.sleep(max(0.0, due - time.time()))
