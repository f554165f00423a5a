"""The audit: every invariant of a booking database, each one query that must find nothing, all in one snapshot."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any

import pandas as pd
import psycopg
from psycopg import Connection, Cursor
from psycopg.pq import TransactionStatus
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Composable

from booking_sim import queries
from booking_sim.database import connect
from booking_sim.database.explaining import explain_statement
from booking_sim.database.privileges import no_schema
from booking_sim.errors import BookingSimError

RULES = (
    "one_live_intent",
    "capacity",
    "agreement",
    "quantities",
    "orphans",
    "names",
    "deadlines",
    "transitions",
    "succession",
    "request_keys",
    "returned",
    "claimed_blocks",
    "ticket_returns",
    "stock_checks",
    "overdue",
    "indexes",
)
"""The names of the invariants; each is a file, sql/audit/NAME.sql."""


def audit(
    database: str | Connection[Any],
    *,
    event_id: int | Sequence[int] | None = None,
    sweep_bound: timedelta | None = None,
) -> pd.DataFrame:
    """Check every invariant, in one snapshot: the verdict is exact also while a surge is running.

    The tables are read whole, without their indexes, but for the rule that compares both. Nothing is locked or written,
    and SELECT on the tables is all the right that it needs (`booking-sim db grant ROLE --audit`). docs/wrong-states.md
    lists the wrong states that these rules detect, and those that the database refuses.

    After the server's clock was set back, holds that it makes overlap in time: the rules `succession` and `deadlines`
    can then report what was right.

    Args:
        database: A libpq URL, or a connection with no transaction open, which is left as it was.
        event_id: Judge the rows of one event, or of some, instead of all. A request key without an intent
            belongs to none.
        sweep_bound: How long after its deadline a hold may still be there. None leaves the rule `overdue` unchecked,
            since without a sweeper an overdue hold stays until somebody wants its tickets.

    Returns:
        One row for each invariant: `name`; `rule`, the sentence that must be true; `checked`, whether it was checked;
        `violations`, the exact number of offending rows; `offenders`, the first five of them as dicts.
        `holds` gives the verdict on it.

    Raises:
        BookingSimError: There is no such event or no booking schema, the user may not read the tables, the connection
            is in a transaction, the sweep bound is negative, or the database could not be read.
    """
    if sweep_bound is not None and sweep_bound < timedelta(0):
        raise BookingSimError(f"The sweep bound is {sweep_bound}: give a time that is not negative.")
    event_ids = [event_id] if isinstance(event_id, int) else event_id and list(event_id)
    parameters = {"event_ids": event_ids, "sweep_bound": sweep_bound}
    with _snapshot(database) as cursor:
        for wanted in event_ids or ():
            _check_event(cursor, wanted)
        return pd.DataFrame([_check(cursor, rule, parameters) for rule in RULES])


def holds(frame: pd.DataFrame) -> bool:
    """Whether no invariant is violated, of those that were checked: the verdict on what `audit` returned."""
    return bool((frame["violations"] == 0).all())


def _check(cursor: Cursor[Any], rule: str, parameters: dict[str, Any]) -> dict[str, Any]:
    checked = rule != "overdue" or parameters["sweep_bound"] is not None
    found = _first_offenders(cursor, rule, parameters) if checked else []
    return {
        "name": rule,
        "rule": queries.describe(f"audit/{rule}"),
        "checked": checked,
        "violations": found[0][0] if found else 0,
        "offenders": [offender for _, offender in found],
    }


def _first_offenders(cursor: Cursor[Any], rule: str, parameters: dict[str, Any]) -> list[tuple[int, dict[str, Any]]]:
    text: Composable = SQL(queries.load(f"audit/{rule}"))
    if rule == "indexes":
        text = SQL(queries.load("audit/indexes")).format(scans=_index_scans(cursor))
        cursor.execute(queries.load("audit/through_indexes"))
    query = SQL(queries.load("audit/first_offenders")).format(rule=text)
    # Not prepared: a plan kept from before would not know the settings of this transaction.
    return cursor.execute(query, parameters, prepare=False).fetchall()


def _index_scans(cursor: Cursor[Any]) -> SQL:
    """Read from the catalog which indexes there are, and how to read each table with and without them."""
    ((scans,),) = cursor.execute(queries.load("audit/index_scans")).fetchall()
    return SQL(scans.replace("%", "%%"))


def _check_event(cursor: Cursor[Any], event_id: int) -> None:
    row = cursor.execute(queries.load("audit/event_exists"), {"event_id": event_id}).fetchone()
    if row != (True,):
        raise BookingSimError(f"Event {event_id} is unknown: name one of this database, or audit all.")


@contextmanager
def _snapshot(database: str | Connection[Any]) -> Iterator[Cursor[Any]]:
    """Open a read-only transaction with one snapshot, and turn what the database says of it into one line."""
    with ExitStack() as stack:
        connection = stack.enter_context(connect(database)) if isinstance(database, str) else database
        if connection.info.transaction_status in {TransactionStatus.INTRANS, TransactionStatus.INERROR}:
            raise BookingSimError(
                "The audit takes a snapshot of its own, but this connection is in a transaction: commit it first."
            )
        try:
            with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
                cursor.execute(queries.load("audit/snapshot"))
                yield cursor
        except psycopg.errors.UndefinedTable:
            raise no_schema(connection) from None
        except psycopg.errors.InsufficientPrivilege:
            raise _may_not_read(connection) from None
        except psycopg.Error as error:
            raise BookingSimError(f"The audit could not be done. {explain_statement(error)}") from error


def _may_not_read(connection: Connection[Any]) -> BookingSimError:
    with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
        ((user,),) = cursor.execute(queries.load("privileges/current_user")).fetchall()
    return BookingSimError(
        f"User '{user}' may not read the tables of schema booking: "
        f"have their owner run 'booking-sim db grant {user} --audit'."
    )
