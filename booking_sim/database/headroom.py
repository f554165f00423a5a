"""How many more connections a server gives: by its own limit, the user's and the database's."""

from dataclasses import dataclass
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from booking_sim.errors import SettingError
from booking_sim.queries import load

RESERVED_CONNECTIONS = 3
"""Connections of a surge besides those of its workers: its lease, the observer, and what prepares and audits."""


@dataclass(frozen=True, slots=True)
class Headroom:
    """What is left.

    Attributes:
        left: Connections for this user in this database, the one that asked among them.
        limit: What limits them, in words, such as `max_connections is 100, 3 of them reserved, 20 in use`.
    """

    left: int
    limit: str


@dataclass(frozen=True, slots=True)
class _Limits:
    """The row of `headroom` in sql/session.sql."""

    user_name: str
    database_name: str
    allowed: int
    reserved: int
    in_use: int
    user_limit: int | None
    in_use_by_user: int
    database_limit: int | None
    in_use_of_database: int


def measure(connection: Connection[Any]) -> Headroom:
    """Ask the server how many connections are left besides those that others have.

    Args:
        connection: An idle one.
    """
    with connection.cursor(row_factory=class_row(_Limits)) as cursor:
        [row] = cursor.execute(load("session/headroom")).fetchall()
    limits = [
        Headroom(
            row.allowed - row.reserved - row.in_use,
            f"max_connections is {row.allowed}, {row.reserved} of them reserved, {row.in_use} in use",
        )
    ]
    if row.user_limit is not None:
        limits.append(
            Headroom(row.user_limit - row.in_use_by_user, f"user '{row.user_name}' may have {row.user_limit}")
        )
    if row.database_limit is not None:
        limits.append(
            Headroom(
                row.database_limit - row.in_use_of_database,
                f"database '{row.database_name}' may have {row.database_limit}",
            )
        )
    least = min(limits, key=lambda limit: limit.left)
    return Headroom(max(0, least.left), least.limit)


def check(connection: Connection[Any], wanted: int, name: str, *, reserved: int = RESERVED_CONNECTIONS) -> None:
    """Refuse a run for which the server has too few connections.

    Args:
        connection: An idle one, one of those that are reserved.
        wanted: Connections that the run opens besides the reserved ones.
        name: The setting that says so, such as `connections`.
        reserved: Connections that the run itself needs.

    Raises:
        SettingError: There are too few.
    """
    found = measure(connection)
    left = max(0, found.left - reserved)
    if wanted > left:
        raise SettingError(
            f"{name}={wanted} is more than the server has left, {left}: {found.limit}, and {reserved} are for the run"
            f" itself. Request at most {left}, or raise that limit."
        )
