"""What follows when the workers have ended: the inventory, the audit, and the result."""

from datetime import UTC, datetime
from typing import Any

import pandas as pd
from psycopg import Connection
from psycopg.rows import dict_row

from booking_sim import columns, manifest, queries
from booking_sim.audit import audit
from booking_sim.result import SurgeResult
from booking_sim.scenario import Scenario
from booking_sim.surge.crew import Account


def finish(
    connection: Connection[Any],
    account: Account,
    *,
    scenario: Scenario,
    event_id: int,
    application_name: str,
    source: str,
    began_at: datetime,
) -> SurgeResult:
    """Look at what the workers left in the database, and put everything that is known of the run together.

    Args:
        connection: An idle one to the database of the surge.
        account: What the workers reported.
        scenario: What was simulated.
        event_id: The event of the surge.
        application_name: What the connections of the workers are called.
        source: How the server was found.
        began_at: When it was begun.
    """
    ended_at = datetime.now(UTC)
    if account.problems:
        connection.execute(queries.load("surge/end_backends"), {"application_name": application_name})
    with connection.cursor(row_factory=dict_row) as cursor:
        inventory = cursor.execute(queries.load("surge/inventory"), {"event_id": event_id}).fetchall()
    return SurgeResult(
        scenario=scenario,
        attempts=columns.to_frame(account.batches),
        inventory=pd.DataFrame(inventory),
        audit=audit(connection, event_id=event_id),
        manifest={
            "event_id": event_id,
            "started_at": began_at.isoformat(),
            "ended_at": ended_at.isoformat(),
            "partial": bool(account.problems),
            "interrupted": account.interrupted,
            "problems": account.problems,
            "versions": manifest.versions(),
            "server": manifest.server(connection, source),
            "machine": manifest.machine(),
            "git": manifest.commit(),
        },
    )
