"""Who is at work on a server: a lease ends with its process.

The lease of a surge is an advisory lock of a transaction that stays open: behind a pooler too, it keeps a session to
itself. The lease of a scratch database is a session whose application name says so. Any role sees both, so others find
out whether a run is alive without a table, a right or a clock of their own.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any

import psycopg
from psycopg import Connection

from booking_sim.database.connecting import bounded, connect
from booking_sim.queries import load

SCRATCH = "booking_sim scratch "
"""What the name of the session begins with that owns a scratch database."""

_END_S = 3.0
"""How long the end of a lease may take."""


def new_token() -> str:
    """Return a name for one run that no other run has, on any machine: 16 hexadecimal digits, the process first."""
    return f"{os.getpid():08x}{secrets.token_hex(4)}"


@contextmanager
def surge_lease(url: str) -> Iterator[str]:
    """Say, while inside, that a surge runs in a database: it is not reset meanwhile.

    Args:
        url: The database.

    Yields:
        The token of the surge, which no other run has: the names of its sessions end with it.

    Raises:
        BookingSimError: The database cannot be reached.
    """
    token = new_token()
    with closing(connect(url, autocommit=False, application_name=f"booking_sim lease {token}")) as connection:
        connection.execute(load("session/lease"))
        try:
            yield token
        finally:
            # The server may be gone by now, or never answer again; then the lease ends with the connection.
            with suppress(psycopg.OperationalError, TimeoutError), bounded(connection, _END_S):
                connection.rollback()


def surges(connection: Connection[Any]) -> list[int]:
    """Return the server processes of the surges that run in the database of a connection."""
    return [pid for (pid,) in connection.execute(load("session/surges")).fetchall()]
