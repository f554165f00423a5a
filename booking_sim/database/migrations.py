"""Brings a database to the schema of this version: a ledger of the files it has had, one migration at a time.

A lock keeps two migrations apart. It belongs to a transaction and ends with it, so it also works through a connection
pooler, which would hand a lock of a session to the next client.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import class_row, tuple_row

from booking_sim.database import migration_files
from booking_sim.database.connecting import check_version, connect
from booking_sim.database.explaining import explained
from booking_sim.database.migration_files import Applied, Migration
from booking_sim.database.run_lease import surges
from booking_sim.errors import PermissionMissing, SchemaError, SettingError
from booking_sim.queries import load

_LOG = logging.getLogger(__name__)

LOCK_SECONDS = 30
"""How long a migration waits for another one."""


def migrate(database: str | psycopg.Connection[Any]) -> list[str]:
    """Apply the migrations that a database has not had yet, each in a transaction of its own.

    Two at once are safe: each file is applied by one of them.

    Args:
        database: a libpq URL, or an idle connection in autocommit mode, which stays open.

    Returns:
        The names of the files that were applied, in order; empty if the database was up to date.

    Raises:
        BookingSimError: the server is older than 15, the database or its ledger does not fit these files, the
            user may not create schemas, another migration did not end in time, or a file failed. The files before the
            one that failed stay applied.
    """
    applied = []
    with _connected(database) as connection:
        while _outstanding(connection):
            with _one_at_a_time(connection):
                for migration in _outstanding(connection)[:1]:  # none, if another session applied it meanwhile
                    _apply(connection, migration)
                    applied.append(migration.name)
    return applied


def pending(database: str | psycopg.Connection[Any]) -> list[str]:
    """Return the names of the files that `migrate` would apply now; write nothing.

    Args:
        database: a libpq URL, or an idle connection in autocommit mode, which stays open.

    Raises:
        BookingSimError: what `migrate` would raise before its first file.
    """
    with _connected(database) as connection:
        return [migration.name for migration in _outstanding(connection)]


def reset(database: str | psycopg.Connection[Any]) -> list[str]:
    """Drop the schemas that `migrate` made, with all bookings in them, and make them anew: all of it or nothing.

    Args:
        database: a libpq URL, or an idle connection in autocommit mode, which stays open.

    Returns:
        The names of the files that were applied, in order.

    Raises:
        BookingSimError: `migrate` did not make the schema `booking` of this database, a surge runs in it, somebody
            else is using it, or what `migrate` raises.
    """
    with _connected(database) as connection, _one_at_a_time(connection):
        state = _read_state(connection)
        if not state.is_ours:
            raise SchemaError(
                f"Database {state.database!r} is not reset: it has no schema 'booking' that booking_sim made. "
                "Name the right database, or make a new one."
            )
        if pids := surges(connection):  # a surge takes its lease before it migrates, and so waits for this lock
            raise SchemaError(
                f"Database {state.database!r} is not reset: a surge runs in it (server process {pids[0]}). "
                "Wait until it ends, or stop it, and try again."
            )
        migrations = migration_files.read()
        _drop(connection)
        for migration in migrations:
            _apply(connection, migration)
        return [migration.name for migration in migrations]


@dataclass(frozen=True, slots=True)
class _SchemaState:
    """The row of `state` in sql/ledger.sql."""

    database: str
    user: str
    can_create: bool
    has_booking: bool
    is_marked: bool
    has_ledger: bool

    @property
    def is_ours(self) -> bool:
        return self.is_marked and self.has_ledger


@contextmanager
def _connected(database: str | psycopg.Connection[Any]) -> Iterator[psycopg.Connection[Any]]:
    with explained():
        if isinstance(database, str):
            with connect(database, autocommit=True) as connection:
                yield connection
        elif not database.autocommit:  # its first statement would open a transaction around everything
            raise ValueError("migrations need a connection in autocommit mode: connect(url, autocommit=True)")
        elif database.pgconn.parameter_status(b"client_encoding") == b"SQL_ASCII":
            raise SettingError("client_encoding is SQL_ASCII: set it to UTF8 on this connection, and migrate again.")
        else:
            yield database


@contextmanager
def _one_at_a_time(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """Open a transaction in which no other migration of this database is at work.

    Raises:
        BookingSimError: Another one did not end in time; the message says who holds the lock.
    """
    with connection.transaction():
        try:
            with connection.transaction():
                connection.execute(load("ledger/lock"), {"timeout": f"{LOCK_SECONDS * 1000:.0f}ms"})
        except psycopg.errors.LockNotAvailable:
            raise SchemaError(
                f"Another migration of this database did not end within {LOCK_SECONDS:g} s: {_holder(connection)} "
                "holds its lock. Wait for it, or end it, and try again."
            ) from None
        yield


def _holder(connection: psycopg.Connection[Any]) -> str:
    with connection.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(load("ledger/lock_holder")).fetchone()
    if row is None:
        return "a session that has just ended"
    pid, user, application, state = row
    return f"server process {pid} (user '{user}', application '{application}', {state or 'state not visible'})"


def _read_state(connection: psycopg.Connection[Any]) -> _SchemaState:
    check_version(connection)
    with connection.cursor(row_factory=class_row(_SchemaState)) as cursor:
        return cursor.execute(load("ledger/state")).fetchall()[0]


def _outstanding(connection: psycopg.Connection[Any]) -> list[Migration]:
    migrations = migration_files.read()
    state = _read_state(connection)
    if state.is_ours:
        return migration_files.outstanding(migrations, _read_ledger(connection, state))
    if state.has_booking and not state.is_marked:
        raise SchemaError(
            f"Database {state.database!r} has a schema 'booking' that booking_sim did not make: "
            "use another database, or rename that schema."
        )
    if state.is_marked or state.has_ledger:
        there, lost = ("booking", "booking_sim") if state.is_marked else ("booking_sim", "booking")
        raise SchemaError(
            f"Database {state.database!r} has lost the schema '{lost}' that belongs to '{there}': "
            f"restore it, or drop the schema '{there}' too and migrate again."
        )
    if not state.can_create:
        raise PermissionMissing(
            f"User {state.user!r} may not create a schema in database {state.database!r}: "
            "have its owner grant create on the database, or use one of your own."
        )
    return migrations


def _read_ledger(connection: psycopg.Connection[Any], state: _SchemaState) -> list[Applied]:
    try:
        with connection.cursor(row_factory=class_row(Applied)) as cursor:
            return cursor.execute(load("ledger/applied")).fetchall()
    except psycopg.errors.InsufficientPrivilege as error:
        raise PermissionMissing(
            f"User {state.user!r} may not read the ledger of database {state.database!r}: "
            "connect as the user who migrated it."
        ) from error


def _apply(connection: psycopg.Connection[Any], migration: Migration) -> None:
    try:
        with connection.transaction():
            connection.execute(migration.text)
            connection.execute(load("ledger/record"), (migration.number, migration.name, migration.checksum))
    except psycopg.Error as error:
        position = error.diag.statement_position
        line = f", line {migration.line(int(position))}" if position else ""
        message = error.diag.message_primary or str(error)
        raise SchemaError(
            f"{migration.name}{line}: {message}. Nothing of this file was applied: put it right and migrate again."
        ) from error
    _LOG.info("migration %s was applied", migration.name)


def _drop(connection: psycopg.Connection[Any]) -> None:
    try:
        with connection.transaction():
            connection.execute(load("ledger/drop"))
    except (psycopg.errors.LockNotAvailable, psycopg.errors.InsufficientPrivilege) as error:
        raise SchemaError(
            f"The database is not reset: {error.diag.message_primary}. "
            "End all other work in it, connect as the user who migrated it, and try again."
        ) from error
