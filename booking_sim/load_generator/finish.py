"""What follows when the workers have ended: the inventory, the audit, and the result."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pandas as pd
from psycopg import Connection
from psycopg.rows import dict_row

from booking_sim import queries
from booking_sim.audit import audit
from booking_sim.load_generator.context import RunContext
from booking_sim.load_generator.worker_reports import WorkerReports
from booking_sim.observer.observer import Sightings
from booking_sim.proof.history import Circumstances
from booking_sim.proof.rules import check
from booking_sim.records import columns, samples
from booking_sim.records.holds import read_csv
from booking_sim.result import manifest
from booking_sim.result.result import SurgeResult
from booking_sim.stats.inventory import inventory_over_time
from booking_sim.stats.saturation import bottleneck

_READINGS = 10
"""How often the database's clock is read."""


def finish(
    connection: Connection[Any], context: RunContext, reports: WorkerReports, sightings: Sightings
) -> SurgeResult:
    """Read the final state from the database, and make the result of everything that is known of the run.

    Args:
        connection: An idle connection to the database of the run.
        context: The run.
        reports: What the workers reported.
        sightings: What the observer reported.
    """
    ended_at = datetime.now(UTC)
    if reports.problems:
        connection.execute(queries.load("surge/end_backends"), {"application_name": context.application_name})
    attempts = columns.to_frame(reports.take_attempts())
    started_at = _start_on_its_clock(connection, reports.elapsed)
    holds = fetch_holds(connection, context.event_ids, started_at)
    history: dict[str, Any] = {
        "started_at": started_at.isoformat(),
        "read_at": reports.elapsed(),
        "lost_workers": reports.lost(context.scenario.workers),
    }
    inventory = inventory_over_time(holds, context.scenario.events * context.scenario.tickets, reports.elapsed())
    return SurgeResult(
        scenario=context.scenario,
        attempts=attempts,
        holds=holds,
        inventory=_to_the_end(inventory, connection, context.event_ids, reports),
        **samples.to_frames(sightings.columns, reports.started_at),
        audit=audit(connection, event_id=context.event_ids),
        proof=check(attempts, holds, Circumstances.of(context.scenario, **history)),
        manifest={
            "event_ids": list(context.event_ids),
            "started_at": context.began_at.isoformat(),
            "ended_at": ended_at.isoformat(),
            "partial": bool(reports.problems),
            "interrupted": reports.interrupted,
            "problems": reports.problems,
            "history": history,
            "generator": reports.to_dict() | {"bottleneck": bottleneck(attempts, list(reports.interpreters.values()))},
            "strategy": context.strategy.told(),
            "skip_depth": _skip_depth(context),
            "observer": sightings.told(reports.started_at),
            "versions": manifest.versions(),
            "server": manifest.server(connection, context.source),
            "machine": manifest.machine(),
            "git": manifest.commit(),
        },
    )


def _skip_depth(context: RunContext) -> dict[str, Any] | None:
    measure = context.measure
    return {"every": measure.every, "plans": bool(measure.prelude)} if measure else None


def _start_on_its_clock(connection: Connection[Any], elapsed: Callable[[], float]) -> datetime:
    """The start of the run by the database's clock, which may differ from ours in all but the length of a second.

    The quickest of a few readings counts, in the middle between request and answer: the error is half of that at most.
    """
    readings = []
    for _ in range(_READINGS):
        asked = elapsed()
        row = connection.execute(queries.load("surge/clock")).fetchone()
        answered = elapsed()
        readings.append((answered - asked, cast("tuple[datetime]", row)[0] - timedelta(seconds=(asked + answered) / 2)))
    return min(readings)[1]


def fetch_holds(connection: Connection[Any], event_ids: Sequence[int], started_at: datetime) -> pd.DataFrame:
    """Read what became of every hold of some events.

    Args:
        connection: An idle one to their database.
        event_ids: The events.
        started_at: The start of the run by the database's clock.

    Returns:
        The holds frame of SurgeResult.
    """
    query, parameters = queries.load("surge/holds"), {"event_ids": list(event_ids), "started_at": started_at}
    with connection.cursor() as cursor, cursor.copy(query, parameters) as chunks:
        return read_csv(bytes(chunk) for chunk in chunks)


def _to_the_end(
    inventory: pd.DataFrame, connection: Connection[Any], event_ids: Sequence[int], reports: WorkerReports
) -> pd.DataFrame:
    """The inventory computed from the holds; the last row, from the tickets themselves."""
    with connection.cursor(row_factory=dict_row) as cursor:
        counts = cursor.execute(queries.load("surge/inventory"), {"event_ids": list(event_ids)}).fetchall()
    end = pd.DataFrame([{"seconds": reports.elapsed()} | count for count in counts]).astype(inventory.dtypes)
    return pd.concat([inventory, end], ignore_index=True)
