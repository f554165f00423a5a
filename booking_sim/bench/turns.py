"""Measures the sides of a comparison one after the other, each on fresh tables, in the order A B B A."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

from psycopg import Connection

from booking_sim.bench.phases import BenchComparison
from booking_sim.bench.place import Place, Row
from booking_sim.bench.stages import Stage, staged
from booking_sim.bench.statements import Counts, count
from booking_sim.bench.turn import measure
from booking_sim.errors import BookingSimError


def turns(place: Place, comparison: BenchComparison) -> Iterator[list[Row]]:
    """Yield the rows of each round; every other round has the opposite order.

    Raises:
        NotStagedError: A contestant cannot be brought to its state.
        BookingSimError: pgbench failed, or no call got a ticket.
    """
    with ExitStack() as stack:
        stages = [stack.enter_context(staged(place, side, comparison.clients)) for side in comparison.sides]
        for number in range(1, place.rounds + 1):
            rows = []
            for turn, stage in enumerate(stages if number % 2 else reversed(stages), 1):
                with stage.copy(place.url) as (url, connection):
                    row = one_turn(place, stage, url, connection)
                place.tick(f"{stage.side.label}: {row['per_s']:,.0f}/s")
                rows.append({"round": number, "turn": turn, "side": stage.side.label} | row)
            yield rows


def one_turn(
    place: Place, stage: Stage, url: str, connection: Connection[Any], script: str | None = None, **variables: float
) -> Row:
    """Measure one side in one database: under load, and then a few more calls by themselves.

    Args:
        place: Where.
        stage: What the database is a copy of.
        url: The database.
        connection: One to it.
        script: What makes a call, if it is not the contestant's own.
        **variables: What that script calls by a name, too.
    """
    contestant = stage.side.contestant
    script = script or contestant.script
    pgbench = place.pgbench(url, contestant)
    given = {**stage.sale.variables, "first": stage.sold, **variables}
    before = contestant.held(connection)
    place.checkpoint()
    turn = measure(
        pgbench,
        connection,
        place.wal,
        script,
        clients=stage.clients,
        calls=stage.calls,
        seconds=place.seconds,
        variables=given,
    )
    served = (contestant.held(connection) - before) / turn.calls
    if served == 0 and not stage.side.is_sold_out:
        raise BookingSimError(f"{stage.side.label} gave no ticket, with tickets left: nothing to measure.")
    answered = 1.0 if stage.side.is_sold_out else served
    taken = stage.sold + turn.calls + stage.clients
    counts = count(pgbench, script, given, taken) if place.counts else Counts(None, None)
    return {
        "per_s": turn.per_s * answered,
        "cpu_us": None if turn.cpu_us is None else turn.cpu_us / answered,
        **turn.wal.per_call(turn.counted * answered),
        "buffers": counts.buffers,
        "statements": counts.statements,
        "served": served,
    }
