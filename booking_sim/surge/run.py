"""Runs a scenario against a database: event, workers, audit, result."""

from datetime import UTC, datetime
from typing import Any, cast

import numpy as np
import pandas as pd
from psycopg import Connection
from psycopg.rows import dict_row

from booking_sim import columns, manifest, queries
from booking_sim.audit import audit
from booking_sim.booking import create_event
from booking_sim.database import connect, open_server
from booking_sim.database.migrations import migrate
from booking_sim.errors import BookingSimError
from booking_sim.result import SurgeResult
from booking_sim.scenario import Scenario
from booking_sim.surge.crew import Crew
from booking_sim.surge.interrupt import interruptible
from booking_sim.surge.messages import Share
from booking_sim.surge.progress import Progress


def run(scenario: Scenario, *, url: str | None, progress: bool | None) -> SurgeResult:
    """Do what `booking_sim.surge` promises."""
    with open_server(url) as server:
        migrate(server.url)
        with connect(server.url) as connection:
            _check_headroom(connection, scenario.connections)
            started_at = datetime.now(UTC)
            event_id = create_event(connection, f"surge of {started_at:%Y-%m-%d %H:%M:%S} UTC", scenario.tickets)
        name = f"booking_sim surge {event_id}"
        shares = _shares(scenario, url=server.url, application_name=name, event_id=event_id)
        with interruptible() as interrupt:
            with Progress(scenario.buyers, show=progress) as bar, Crew(shares) as crew:
                account = crew.work(interrupt, bar.add)
            ended_at = datetime.now(UTC)
            with connect(server.url) as connection:
                if account.problems:
                    _row(connection, "surge/end_backends", application_name=name)
                return SurgeResult(
                    scenario=scenario,
                    attempts=columns.to_frame(account.batches),
                    inventory=pd.DataFrame([_row(connection, "surge/inventory", event_id=event_id)]),
                    audit=audit(connection, event_id=event_id),
                    manifest={
                        "event_id": event_id,
                        "application_name": name,
                        "started_at": started_at.isoformat(),
                        "ended_at": ended_at.isoformat(),
                        "partial": bool(account.problems),
                        "interrupted": bool(interrupt.times),
                        "problems": account.problems,
                        "versions": manifest.versions(),
                        "server": manifest.server(connection, server.source),
                        "machine": manifest.machine(),
                        "git": manifest.commit(),
                    },
                )


def _shares(scenario: Scenario, **common: Any) -> list[Share]:
    """Deal buyers and connections out to the workers; the order of the buyers is the seed's, whatever the workers."""
    order = np.random.default_rng(scenario.seed).permutation(scenario.buyers).tolist()
    return [
        Share(
            scenario=scenario,
            worker=worker,
            buyers=tuple(order[worker :: scenario.workers]),
            connections=tuple(range(worker, scenario.connections, scenario.workers)),
            **common,
        )
        for worker in range(scenario.workers)
    ]


def _check_headroom(connection: Connection[Any], wanted: int) -> None:
    limits = _row(connection, "surge/headroom")
    free = limits["allowed"] - limits["reserved"] - limits["in_use"] - 1  # one is for the audit
    if wanted > free:
        raise BookingSimError(
            f"connections={wanted} is more than the server has left, {free}: max_connections is {limits['allowed']}, "
            f"{limits['reserved']} are reserved, {limits['in_use']} in use, 1 is for the audit. "
            f"Ask for at most {free}, or raise max_connections."
        )


def _row(connection: Connection[Any], query: str, **parameters: Any) -> dict[str, Any]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cast("dict[str, Any]", cursor.execute(queries.load(query), parameters).fetchone())
