"""What follows when the workers have ended: the inventory, the audit, and the result."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pandas as pd
from psycopg import Connection
from psycopg.rows import dict_row

from booking_sim import queries
from booking_sim.audit import audit
from booking_sim.load_generator.crew import Account
from booking_sim.observer.observer import Sightings
from booking_sim.records import columns, samples
from booking_sim.records.holds import read_csv
from booking_sim.result import manifest
from booking_sim.result.result import SurgeResult
from booking_sim.scenario.scenario import Scenario
from booking_sim.skip_depth.measure import Measure
from booking_sim.stats.inventory import inventory_over_time
from booking_sim.stats.saturation import bottleneck
from booking_sim.strategies import Strategy

_READINGS = 10
"""How often the database's clock is read."""


def finish(
    connection: Connection[Any],
    account: Account,
    sightings: Sightings,
    *,
    scenario: Scenario,
    strategy: Strategy,
    measure: Measure | None,
    event_ids: Sequence[int],
    application_name: str,
    source: str,
    began_at: datetime,
) -> SurgeResult:
    """Look at what the workers left in the database, and put everything that is known of the run together.

    Args:
        connection: An idle one to the database of the surge.
        account: What the workers reported.
        sightings: What the observer reported.
        scenario: What was simulated.
        strategy: How tickets were claimed.
        measure: How the skip depth of some calls was measured.
        event_ids: The events of the surge.
        application_name: What the connections of the workers are called.
        source: How the server was found.
        began_at: When it was begun.
    """
    ended_at = datetime.now(UTC)
    if account.problems:
        connection.execute(queries.load("surge/end_backends"), {"application_name": application_name})
    attempts = columns.to_frame(account.attempts())
    holds = fetch_holds(connection, event_ids, _start_on_its_clock(connection, account.elapsed))
    inventory = inventory_over_time(holds, scenario.events * scenario.tickets, account.elapsed())
    return SurgeResult(
        scenario=scenario,
        attempts=attempts,
        holds=holds,
        inventory=_to_the_end(inventory, connection, event_ids, account),
        **samples.to_frames(sightings.columns, account.started_at),
        audit=audit(connection, event_id=event_ids),
        manifest={
            "event_ids": list(event_ids),
            "started_at": began_at.isoformat(),
            "ended_at": ended_at.isoformat(),
            "partial": bool(account.problems),
            "interrupted": account.interrupted,
            "problems": account.problems,
            "generator": account.generator()
            | {"bottleneck": bottleneck(attempts, list(account.interpreters.values()))},
            "strategy": strategy.told(),
            "skip_depth": {"every": measure.every, "plans": bool(measure.prelude)} if measure else None,
            "observer": sightings.told(account.started_at),
            "versions": manifest.versions(),
            "server": manifest.server(connection, source),
            "machine": manifest.machine(),
            "git": manifest.commit(),
        },
    )


def _start_on_its_clock(connection: Connection[Any], elapsed: Callable[[], float]) -> datetime:
    """The start of the run by the database's clock, which need agree with ours on nothing but the length of a second.

    Of a few questions the quickest counts, in the middle between asking and answer: so it is wrong by half of that.
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
    inventory: pd.DataFrame, connection: Connection[Any], event_ids: Sequence[int], account: Account
) -> pd.DataFrame:
    """The inventory as the holds tell it, and last, as the tickets themselves are now."""
    with connection.cursor(row_factory=dict_row) as cursor:
        counts = cursor.execute(queries.load("surge/inventory"), {"event_ids": list(event_ids)}).fetchall()
    end = pd.DataFrame([{"seconds": account.elapsed()} | count for count in counts]).astype(inventory.dtypes)
    return pd.concat([inventory, end], ignore_index=True)
