"""A strategy in a scratch database: made, migrated, and its file applied in one transaction."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection
from psycopg.pq import TransactionStatus

from booking_sim.database import connect
from booking_sim.database.scratch import scratch_database
from booking_sim.errors import StrategyError
from booking_sim.queries import load
from booking_sim.strategies.files import FUNCTIONS, Strategy, find

_NEEDS_RESERVE = re.compile(r"\bfunction\s+booking\.(claim|hold)\s*\(", re.IGNORECASE)


@contextmanager
def scratch(url: str, strategy: Strategy) -> Iterator[str]:
    """Make a scratch database in which a strategy is applied, and drop it at the end.

    Args:
        url: A libpq URL of any database of the server; its data is not changed.
        strategy: What to apply there.

    Yields:
        The URL of the scratch database.

    Raises:
        BookingSimError: There is no right to make a database, the file does not apply (it, the line, the reason), or it
            defines none of FUNCTIONS and is not the default.
    """
    with scratch_database(url) as scratch_url:
        with connect(scratch_url) as connection:
            _apply(connection, strategy)
        yield scratch_url


def _apply(connection: Connection[Any], strategy: Strategy) -> None:
    text = strategy.read()
    try:
        with connection.transaction():
            if _NEEDS_RESERVE.search(text):
                connection.execute(load("contract/reserve"))
            before = _definitions(connection)
            connection.execute(text)
            if connection.info.transaction_status is not TransactionStatus.INTRANS:
                raise StrategyError(
                    f"{strategy.path} ends the transaction that it is applied in: take out its COMMIT or ROLLBACK."
                )
            if _definitions(connection) <= before and strategy != find("default"):
                names = ", ".join(f"booking.{name}" for name in FUNCTIONS)
                raise StrategyError(f"{strategy.path} defines none of {names}: define one of them.")
    except psycopg.Error as error:
        raise StrategyError(_complaint(strategy.path, text, error)) from None


def _definitions(connection: Connection[Any]) -> set[tuple[Any, ...]]:
    return {*connection.execute(load("contract/defined"), {"names": [*FUNCTIONS]})}


def _complaint(path: Path, text: str, error: psycopg.Error) -> str:
    position = error.diag.statement_position
    line = f", line {text.count(chr(10), 0, int(position) - 1) + 1}" if position else ""
    return f"{path}{line}: {error.diag.message_primary or error}. Put it right and try again."
