"""Faults of others in the same database: locks, maintenance, old snapshots; and tables that lose rows."""

from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg import Connection, IsolationLevel
from psycopg.sql import SQL, Literal

from booking_sim.database.migrations import reset
from booking_sim.drills.fault import Expected, fault
from booking_sim.drills.stage import Stage
from booking_sim.errors import BookingSimError, SchemaError
from booking_sim.queries import load


@fault(Expected.SURVIVES, lasts_s=0.5)
def rows_locked(stage: Stage) -> Iterator[None]:
    """Somebody locks every ticket for half a second."""
    with stage.server.connect() as connection, connection.transaction():
        connection.execute(load("drill/lock_rows"))
        yield


@fault(Expected.SURVIVES, lasts_s=0.5)
def table_locked(stage: Stage) -> Iterator[None]:
    """Somebody locks the table of the tickets for half a second."""
    with stage.server.connect() as connection, connection.transaction():
        connection.execute(load("drill/lock_tickets"))
        yield


@fault(Expected.SURVIVES, lasts_s=1.0)
def old_snapshot(stage: Stage) -> Iterator[None]:
    """Somebody reads in a transaction that stays open for a second."""
    with stage.server.connect(autocommit=False) as connection:
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        connection.execute(load("drill/old_snapshot"))
        yield


@fault(Expected.SURVIVES, lasts_s=1.0)
def prepared_transaction(stage: Stage) -> Iterator[None]:
    """A prepared transaction keeps a ticket for a second, and is rolled back."""
    with stage.server.connect() as connection:
        connection.execute(load("drill/begin"))
        connection.execute(load("drill/reserve_one"))
        connection.execute(load("drill/prepare"))
        yield
        connection.execute(load("drill/roll_back_prepared"))


@fault(Expected.SURVIVES)
def vacuum_full(stage: Stage) -> Iterator[None]:
    """Somebody says VACUUM FULL."""
    with stage.server.connect() as connection:
        connection.execute(load("drill/vacuum_full"))
    yield


@fault(Expected.SURVIVES)
def reindex(stage: Stage) -> Iterator[None]:
    """Somebody says REINDEX, and REINDEX CONCURRENTLY."""
    with stage.server.connect() as connection:
        for name in ("drill/reindex", "drill/reindex_concurrently"):
            _until_done(connection, load(name))
    yield


def _until_done(connection: Connection[Any], statement: str) -> None:
    """Execute it again after a deadlock: it locks tables and indexes in another order than buyers do."""
    while True:
        try:
            connection.execute(statement)
        except psycopg.errors.DeadlockDetected:
            continue
        return


@fault(Expected.SURVIVES)
def create_index(stage: Stage) -> Iterator[None]:
    """Somebody makes an index, and drops it again."""
    with stage.server.connect() as connection:
        for name in ("drill/create_index", "drill/drop_index"):
            _until_done(connection, load(name))
    yield


@fault(Expected.SURVIVES)
def reset_refused(stage: Stage) -> Iterator[None]:
    """Somebody says `booking-sim db reset`, which is refused while a surge runs."""
    try:
        reset(stage.server.url)
    except SchemaError:
        yield
    else:
        raise BookingSimError("'booking-sim db reset' was not refused although a surge runs.")


@fault(Expected.STOPS, says="is missing")
def schema_dropped(stage: Stage) -> Iterator[None]:
    """Somebody drops the schema."""
    with stage.server.connect() as connection:
        _until_done(connection, load("drill/drop_schema"))
    yield


@fault(Expected.DETECTED)
def tables_emptied(stage: Stage) -> Iterator[None]:
    """Somebody empties the tables of the bookings."""
    with stage.server.connect() as connection:
        _until_done(connection, load("drill/truncate"))
    yield


@fault(Expected.DETECTED)
def sale_lost(stage: Stage) -> Iterator[None]:
    """A sale that its buyer knows of is gone: a negative control."""
    with stage.server.connect() as connection:
        [intent_id] = stage.wait("a sale", lambda: connection.execute(load("drill/newest_sale")).fetchone())
        connection.execute(SQL(load("drill/lose_sale")).format(intent_id=Literal(intent_id)))
    yield
