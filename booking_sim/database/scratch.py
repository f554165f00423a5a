"""Scratch databases: made beside a given one, used, and dropped; empty, migrated, or copies of one another.

The name of a scratch database ends with the token of its lease, a session on the server (`run_lease`). Where no session
has that token, the run is dead, and the next run removes what it left.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.sql import SQL, Identifier

from booking_sim.database import run_lease
from booking_sim.database.connecting import connect
from booking_sim.database.migrations import migrate
from booking_sim.errors import BookingSimError, PermissionMissing
from booking_sim.queries import load

_LOG = logging.getLogger(__name__)


@contextmanager
def empty_database(url: str, template: str | None = None) -> Iterator[str]:
    """Make a database on the server of another one, and drop it at the end.

    Args:
        url: A libpq URL of any database there; its data is not changed.
        template: The URL of a database to copy, with no session in it; None: an empty one.

    Yields:
        The URL of the new database.

    Raises:
        BookingSimError: The server cannot be reached, or its user may not create databases.
    """
    token = run_lease.new_token()
    name = f"booking_sim_scratch_{token}"
    source = "template0" if template is None else str(conninfo_to_dict(template)["dbname"])
    with connect(url, application_name=f"{run_lease.SCRATCH}{token}") as admin:
        remove_abandoned(admin)
        try:
            admin.execute(SQL(load("scratch/create")).format(name=Identifier(name), template=Identifier(source)))
        except psycopg.errors.InsufficientPrivilege:
            raise PermissionMissing(
                f"User {admin.info.user!r} may not create a scratch database: have the server's owner run "
                f"'alter role {admin.info.user} createdb', or use another server."
            ) from None
        _LOG.info("scratch database %s was made", name)
        try:
            yield make_conninfo(url, dbname=name)
        finally:
            _drop(url, admin, name)


@contextmanager
def scratch_database(url: str) -> Iterator[str]:
    """Make a migrated database, as `empty_database` makes an empty one."""
    with empty_database(url) as scratch:
        migrate(scratch)
        yield scratch


def remove_abandoned(connection: Connection[Any]) -> list[str]:
    """Drop the scratch databases of runs that are dead, as far as they belong to this user and nobody is in them.

    Args:
        connection: An idle one in autocommit mode to any database of the server.

    Returns:
        The names of the databases that were dropped.
    """
    dropped = []
    for (name,) in connection.execute(load("scratch/abandoned")).fetchall():
        # Another run may remove it at the same time, and somebody may be connected to it.
        with suppress(psycopg.errors.InvalidCatalogName, psycopg.errors.ObjectInUse):
            connection.execute(SQL(load("scratch/drop_if_unused")).format(name=Identifier(name)))
            dropped.append(name)
    return dropped


def _drop(url: str, admin: Connection[Any], name: str) -> None:
    """Drop it, also where the first connection was lost in the meantime; what fails here must not cost a result."""
    try:
        try:
            admin.execute(SQL(load("scratch/drop")).format(name=Identifier(name)))
        except psycopg.OperationalError:
            with connect(url) as again:
                again.execute(SQL(load("scratch/drop")).format(name=Identifier(name)))
    except (psycopg.Error, BookingSimError) as error:
        _LOG.warning("The scratch database %s is left: %s The next run removes it.", name, error)
