"""Who may use the booking schema: what an application's role is granted, and what one that audits is."""

from contextlib import ExitStack
from typing import Any

import psycopg
from psycopg import Connection
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Identifier

from booking_sim.database.connecting import connect
from booking_sim.errors import PermissionMissing, SchemaError, SettingError
from booking_sim.queries import load
from booking_sim.redaction import redact


def grant(database: str | Connection[Any], role: str, *, audit: bool = False) -> None:
    """Let a role call the five functions of the contract; with `audit`, let it read the tables too.

    All of it is granted or nothing. Granting again changes nothing, and nothing is ever taken away:
    `revoke select on all tables in schema booking from ROLE` ends the right to read.

    Args:
        database: A libpq URL of the owner of the schema, or a connection of theirs with no transaction open.
        role: The role's name as PostgreSQL keeps it, without quotes; upper case, blanks and quotes are part of it.
        audit: Grant SELECT on the tables as well, for `booking-sim audit`, the observer, and your own checks.

    Raises:
        BookingSimError: There is no such role or no booking schema, or the schema belongs to somebody else.

    Example:
        grant(server.url, "web")
        grant(server.url, "auditor", audit=True)
    """
    with ExitStack() as stack:
        connection = stack.enter_context(connect(database)) if isinstance(database, str) else database
        try:
            _grant(connection, role, audit=audit)
        except (psycopg.errors.InvalidSchemaName, psycopg.errors.UndefinedFunction):
            raise no_schema(connection) from None
        except psycopg.Error as error:
            raise PermissionMissing(
                f"Nothing was granted to {role!r}: {redact(error.diag.message_primary or str(error))}. "
                "Connect as the user who migrated the database."
            ) from None


def no_schema(connection: Connection[Any]) -> SchemaError:
    """Return the error that says that a connection's database has not been migrated."""
    return SchemaError(
        f"Database '{connection.info.dbname}' has no booking schema. Make it with 'booking-sim db migrate'."
    )


def _grant(connection: Connection[Any], role: str, *, audit: bool) -> None:
    parameters = {"role": role, "audit": audit}
    with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
        if cursor.execute(load("privileges/role_exists"), parameters).fetchone() != (True,):
            raise SettingError(f"Role {role!r} is unknown: make it with CREATE ROLE, or give its name as it is kept.")
        cursor.execute(SQL(load("privileges/grant")).format(role=Identifier(role)))
        if audit:
            cursor.execute(SQL(load("privileges/grant_audit")).format(role=Identifier(role)))
        if missing := cursor.execute(load("privileges/missing"), parameters).fetchall():
            raise PermissionMissing(
                f"Nothing was granted to {role!r}: user {connection.info.user!r} may not grant {missing[0][0]}. "
                "Connect as the user who migrated the database."
            )
