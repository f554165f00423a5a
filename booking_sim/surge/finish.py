"""What follows when the workers have ended: the inventory, the audit, and the result."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pandas as pd
from psycopg import Connection
from psycopg.rows import dict_row

from booking_sim import columns, holds, manifest, queries
from booking_sim.audit import audit
from booking_sim.result import SurgeResult
from booking_sim.scenario import Scenario
from booking_sim.strategies import Strategy
from booking_sim.surge.crew import Account


def finish(
    connection: Connection[Any],
    account: Account,
    *,
    scenario: Scenario,
    strategy: Strategy,
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
        strategy: How tickets were claimed.
        event_id: The event of the surge.
        application_name: What the connections of the workers are called.
        source: How the server was found.
        began_at: When it was begun.
    """
    ended_at = datetime.now(UTC)
    if account.problems:
        connection.execute(queries.load("surge/end_backends"), {"application_name": application_name})
    return SurgeResult(
        scenario=scenario,
        attempts=columns.to_frame(account.batches),
        holds=fetch_holds(connection, [event_id], account.elapsed()),
        inventory=_inventory(connection, event_id, account),
        audit=audit(connection, event_id=event_id),
        manifest={
            "event_id": event_id,
            "started_at": began_at.isoformat(),
            "ended_at": ended_at.isoformat(),
            "partial": bool(account.problems),
            "interrupted": account.interrupted,
            "problems": account.problems,
            "strategy": strategy.told(),
            "versions": manifest.versions(),
            "server": manifest.server(connection, source),
            "machine": manifest.machine(),
            "git": manifest.commit(),
        },
    )


def fetch_holds(connection: Connection[Any], event_ids: Sequence[int], elapsed: float) -> pd.DataFrame:
    """Read what became of every hold of some events.

    Args:
        connection: An idle one to their database.
        event_ids: The events.
        elapsed: Seconds since the start of the run. The clocks of server and generator need not agree on the hour,
            only on how long a second is.

    Returns:
        The holds frame of SurgeResult.
    """
    query, parameters = queries.load("surge/holds"), {"event_ids": list(event_ids), "elapsed": elapsed}
    with connection.cursor() as cursor, cursor.copy(query, parameters) as chunks:
        return holds.read_csv(bytes(chunk) for chunk in chunks)


def _inventory(connection: Connection[Any], event_id: int, account: Account) -> pd.DataFrame:
    with connection.cursor(row_factory=dict_row) as cursor:
        counts = cursor.execute(queries.load("surge/inventory"), {"event_id": event_id}).fetchall()
    return pd.DataFrame([{"seconds": account.elapsed()} | count for count in counts])
