"""What follows when the workers have ended: the final state of the database, and the result."""

import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pandas as pd
from psycopg import Connection
from psycopg.rows import dict_row

from booking_sim import queries
from booking_sim.audit import audit
from booking_sim.database import connect
from booking_sim.load_generator.context import RunContext
from booking_sim.load_generator.worker_reports import WorkerReports
from booking_sim.observer.observer import Observations
from booking_sim.proof.history import Circumstances
from booking_sim.proof.rules import check, unchecked
from booking_sim.records import holds as hold_records
from booking_sim.records import inventory as inventory_records
from booking_sim.records import samples
from booking_sim.records.holds import read_csv
from booking_sim.records.recorded import RecordedAttempts
from booking_sim.result.manifest import GeneratorReport, ObserverReport, TableReading
from booking_sim.result.result import SurgeResult, no_audit
from booking_sim.result.steps import Steps
from booking_sim.stats.events import with_server_events
from booking_sim.stats.inventory import inventory_over_time
from booking_sim.stats.saturation import main_limit

_READINGS = 10
"""How often the database's clock is read."""


@dataclass
class FinalState:
    """What the database has at the end of a run; what could not be read is empty.

    Attributes:
        holds: As SurgeResult.holds.
        reading: When they were read; None if they were not.
        inventory: As SurgeResult.inventory.
        audit: As SurgeResult.audit.
    """

    holds: pd.DataFrame = field(default_factory=hold_records.empty)
    reading: TableReading | None = None
    inventory: pd.DataFrame = field(default_factory=inventory_records.empty)
    audit: pd.DataFrame = field(default_factory=no_audit)


def finish(
    context: RunContext, reports: WorkerReports, observations: Observations, attempts: RecordedAttempts, steps: Steps
) -> SurgeResult:
    """Read the final state of the database, and make the result of everything that is known of the run.

    Args:
        context: The run.
        reports: What the workers reported.
        observations: What the observer reported.
        attempts: What the workers recorded.
        steps: Which take each part as a step, and keep what failed.
    """
    ended_at = datetime.now(UTC)
    state = read_final_state(context, reports, steps)
    proof = unchecked()
    if state.reading is not None:
        circumstances = Circumstances.of(context.scenario, **asdict(state.reading))
        proof = unchecked("the history was not judged")
        proof = steps.take("the proof", lambda: check(attempts, state.holds, circumstances), proof)
    busy = [*reports.interpreters.values()]
    frames = samples.to_frames(observations.columns, reports.started_at)
    frames["events"] = with_server_events(frames["events"], frames["server"])
    manifest = replace(
        context.manifest,
        ended_at=ended_at.isoformat(),
        problems=[*reports.problems, *steps.problems],
        history=state.reading,
        generator=GeneratorReport(
            busy=[round(reports.busy[worker], 3) for worker in sorted(reports.busy)],
            delayed=[round(reports.delayed[worker], 3) for worker in sorted(reports.delayed)],
            connecting=dict(reports.connecting),
            warm_up_error=reports.warm_up_error,
            limit_per_s=_limit_per_s(attempts, reports),
            bottleneck=main_limit(attempts.pieces, busy, frames["waits"], [*reports.delayed.values()]),
        ),
        observer=ObserverReport(**observations.describe(reports.started_at)),
    )
    return SurgeResult(
        scenario=context.scenario,
        attempts=attempts,
        holds=state.holds,
        inventory=state.inventory,
        audit=state.audit,
        proof=proof,
        manifest=manifest,
        **frames,
    )


def _limit_per_s(attempts: RecordedAttempts, reports: WorkerReports) -> float | None:
    """The calls per second that the workers could send at most, by the CPU time that each call took them."""
    sent = sum(int(piece["sent_at"].notna().sum()) for piece in attempts.pieces("sent_at"))
    if not sent or not reports.worked_s:
        return None
    return round(sent / reports.worked_s * min(len(reports.interpreters), os.cpu_count() or 1), 1)


def read_final_state(context: RunContext, reports: WorkerReports, steps: Steps) -> FinalState:
    """Read what the workers left in the database, and audit it.

    Args:
        context: The run.
        reports: What the workers reported.
        steps: Which take each part as a step, and keep what failed.
    """
    state = FinalState()
    with ExitStack() as stack:
        connection = steps.take(
            "the final state of the database, audit included,",
            lambda: stack.enter_context(connect(context.target_url)),
            None,
        )
        if connection is None:
            return state
        if reports.problems:
            steps.take("the end of the workers' sessions", lambda: _end_sessions(connection, context), None)
        read = steps.take("the list of holds", lambda: _read_holds(connection, context, reports), None)
        if read is not None:
            state.holds, state.reading = read
            state.inventory = steps.take(
                "the inventory", lambda: _inventory(connection, context, reports, state.holds), state.inventory
            )
        state.audit = steps.take("the audit", lambda: audit(connection, event_id=context.event_ids), state.audit)
    return state


def _end_sessions(connection: Connection[Any], context: RunContext) -> None:
    connection.execute(queries.load("surge/end_backends"), {"application_name": context.application_name})


def _read_holds(
    connection: Connection[Any], context: RunContext, reports: WorkerReports
) -> tuple[pd.DataFrame, TableReading]:
    started_at = _start_on_its_clock(connection, reports.elapsed)
    holds = fetch_holds(connection, context.event_ids, started_at)
    return holds, TableReading(started_at.isoformat(), reports.elapsed(), reports.lost(context.scenario.workers))


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
    """Read how every hold of some events ended.

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


def _inventory(
    connection: Connection[Any], context: RunContext, reports: WorkerReports, holds: pd.DataFrame
) -> pd.DataFrame:
    """The inventory computed from the holds; the last row, from the tickets themselves."""
    inventory = inventory_over_time(holds, context.scenario.events * context.scenario.tickets, reports.elapsed())
    with connection.cursor(row_factory=dict_row) as cursor:
        counts = cursor.execute(queries.load("surge/inventory"), {"event_ids": list(context.event_ids)}).fetchall()
    end = pd.DataFrame([{"seconds": reports.elapsed()} | count for count in counts]).astype(inventory.dtypes)
    return pd.concat([inventory, end], ignore_index=True)
