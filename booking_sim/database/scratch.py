"""Scratch databases: made beside a given one, used, and dropped; empty, migrated, or copies of one another."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.sql import SQL, Identifier

from booking_sim.database.connecting import connect
from booking_sim.database.migrations import migrate
from booking_sim.errors import PermissionMissing
from booking_sim.queries import load


@contextmanager
def empty_database(url: str, template: str | None = None) -> Iterator[str]:
    """Make a database on the server of another one, and drop it at the end.

    Args:
        url: A libpq URL of any database there; nothing in it is touched.
        template: The URL of a database to copy, with no session in it; None: an empty one.

    Yields:
        The URL of the new database.

    Raises:
        BookingSimError: The server cannot be reached, or its user may not create databases.
    """
    name = f"booking_sim_scratch_{os.getpid()}_{secrets.token_hex(4)}"
    source = "template0" if template is None else str(conninfo_to_dict(template)["dbname"])
    with connect(url) as admin:
        try:
            admin.execute(SQL(load("scratch/create")).format(name=Identifier(name), template=Identifier(source)))
        except psycopg.errors.InsufficientPrivilege:
            raise PermissionMissing(
                f"User {admin.info.user!r} may not create a scratch database: have the server's owner say "
                f"'alter role {admin.info.user} createdb', or use another server."
            ) from None
    try:
        yield make_conninfo(url, dbname=name)
    finally:
        with connect(url) as admin:  # another one: a server or a balancer may end a connection that is idle meanwhile
            admin.execute(SQL(load("scratch/drop")).format(name=Identifier(name)))


@contextmanager
def scratch_database(url: str) -> Iterator[str]:
    """Make a migrated database, as `empty_database` makes an empty one."""
    with empty_database(url) as scratch:
        migrate(scratch)
        yield scratch
