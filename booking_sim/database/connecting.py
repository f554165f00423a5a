"""Connections and pools: opened in one way, and every failure to connect said in one line."""

import logging
import os
import re
from typing import Any

import psycopg
from psycopg import AsyncConnection, Connection
from psycopg_pool import AsyncConnectionPool, ConnectionPool, PoolTimeout

from booking_sim.database.redaction import read_url, redact
from booking_sim.errors import ConnectionFailed, ServerTooOld

_LOG = logging.getLogger(__name__)

OLDEST_VERSION = 15
CONNECT_SECONDS = 15
"""How long to wait for a server to answer, unless the URL or PGCONNECT_TIMEOUT says otherwise."""

POOL_SECONDS = 30
"""How long a pool may take to open its first connections."""

# libpq gives no SQLSTATE for a connection that was refused, only words.
_REASONS = (
    (
        r"password authentication failed|no password supplied",
        'The server at {where} refused the password of user "{user}". Correct it in the URL, PGPASSWORD or ~/.pgpass.',
    ),
    (
        r"too many clients|connection slots are reserved|too many connections",
        "The server at {where} has no connection left. Ask for fewer connections, or raise its max_connections.",
    ),
    (
        r'database ".*" does not exist',
        'The server at {where} has no database "{dbname}". Create it, or name another one.',
    ),
    (
        r'role ".*" does not exist|not permitted to log in|permission denied|pg_hba\.conf|authentication failed',
        'The server at {where} does not let user "{user}" into database "{dbname}". Use another, or ask its owner.',
    ),
    (
        r"starting up|shutting down|recovery mode",
        "The server at {where} is starting up or shutting down. Try again in a moment.",
    ),
    (
        r"refused|No such file|translate host|resolve host|not known|timeout|timed out|[Uu]nreachable|No route",
        "No PostgreSQL answers at {where}. Start it, or correct the URL.",
    ),
)


def connect(url: str, *, autocommit: bool = True, application_name: str = "booking_sim", **options: Any) -> Connection:
    """Open a connection to a database, to look around in it with your own SQL.

    Args:
        url: A libpq URL or key=value string.
        autocommit: Whether each statement is a transaction of its own.
        application_name: What the server's activity view shows.
        **options: What else psycopg's connect takes, such as ``prepare_threshold``.

    Returns:
        A psycopg connection; leaving its `with` block closes it.

    Raises:
        BookingSimError: If the URL cannot be read or the server does not let us in;
            never with a password in it.

    Example:
        How many tickets are available, held and sold:

            from booking_sim import connect, open_server

            with open_server() as server, connect(server.url) as db:
                db.execute("select status, count(*) from booking.tickets group by 1")
    """
    options |= _options(url, autocommit=autocommit, application_name=application_name)
    _LOG.debug("connecting to %s as %s", address(url), application_name)
    try:
        return Connection.connect(url, **options)
    except psycopg.Error as error:
        raise explain(str(error), url) from None


async def connect_async(
    url: str, *, autocommit: bool = True, application_name: str = "booking_sim", **options: Any
) -> AsyncConnection:
    """Open an asynchronous connection: as `connect`, awaited."""
    options |= _options(url, autocommit=autocommit, application_name=application_name)
    try:
        return await AsyncConnection.connect(url, **options)
    except psycopg.Error as error:
        raise explain(str(error), url) from None


def open_pool(url: str, min_size: int, max_size: int) -> ConnectionPool:
    """Open a pool of autocommit connections, each checked before it is handed out.

    Args:
        url: A libpq URL or key=value string.
        min_size: Connections to open now; the call returns when they are there.
        max_size: Connections to open at most.

    Raises:
        BookingSimError: If the URL cannot be read, or the server does not give the first `min_size` connections.
    """
    connect(url).close()  # the pool would try a wrong password for half a minute before it gives up
    options = _options(url, autocommit=True, application_name="booking_sim")
    pool = ConnectionPool(
        url, min_size=min_size, max_size=max_size, kwargs=options, check=ConnectionPool.check_connection, open=True
    )
    try:
        pool.wait(POOL_SECONDS)
    except PoolTimeout:
        pool.close()
        raise _too_few(min_size, url) from None
    return pool


async def open_pool_async(url: str, min_size: int, max_size: int) -> AsyncConnectionPool:
    """Open a pool of asynchronous connections: as `open_pool`, awaited."""
    await (await connect_async(url)).close()
    options = _options(url, autocommit=True, application_name="booking_sim")
    pool = AsyncConnectionPool(
        url,
        min_size=min_size,
        max_size=max_size,
        kwargs=options,
        check=AsyncConnectionPool.check_connection,
        open=False,
    )
    try:
        await pool.open(wait=True, timeout=POOL_SECONDS)
    except PoolTimeout:
        await pool.close()
        raise _too_few(min_size, url) from None
    return pool


def check_version(connection: Connection) -> None:
    """Refuse a server that is too old.

    Raises:
        BookingSimError: If the server is older than PostgreSQL 15.
    """
    major = connection.info.server_version // 10000
    if major < OLDEST_VERSION:
        raise ServerTooOld(
            f"The server at {address(connection.info.dsn)} is PostgreSQL {major}; booking_sim needs"
            f" {OLDEST_VERSION} or newer. Use a newer server, or unset POSTGRES_URL for the embedded one."
        )


def connect_seconds(url: str) -> float:
    """How long a server may take to answer: as the URL or PGCONNECT_TIMEOUT says, else CONNECT_SECONDS."""
    return float(read_url(url).get("connect_timeout") or os.environ.get("PGCONNECT_TIMEOUT") or CONNECT_SECONDS)


def explain(reason: str, url: str) -> ConnectionFailed:
    """Say in one line why there is no connection, and what to do; never with a password in it.

    Args:
        reason: libpq's words.
        url: Where it was to go.
    """
    values = read_url(url)
    words = {
        "where": address(url),
        "user": values.get("user", "(yours)"),
        "dbname": values.get("dbname") or values.get("user", "(yours)"),
    }
    for pattern, sentence in _REASONS:
        if re.search(pattern, reason):
            return ConnectionFailed(redact(sentence.format(**words)))
    return ConnectionFailed(f"Cannot connect to {words['where']}: {redact(' '.join(reason.split()))}")


def address(url: str) -> str:
    """Where a URL points, for people: host and port, without user or password."""
    values = read_url(url)
    host = values.get("host") or values.get("hostaddr") or "the default socket"
    return redact(host if host.startswith("/") or "port" not in values else f"{host}:{values['port']}")


def _options(url: str, *, autocommit: bool, application_name: str) -> dict[str, Any]:
    options: dict[str, Any] = {"autocommit": autocommit, "application_name": application_name}
    if "connect_timeout" not in read_url(url) and "PGCONNECT_TIMEOUT" not in os.environ:
        options["connect_timeout"] = CONNECT_SECONDS
    return options


def _too_few(min_size: int, url: str) -> ConnectionFailed:
    return ConnectionFailed(
        f"The server at {address(url)} did not give {min_size} connections in time."
        " Ask for fewer connections, or raise its max_connections."
    )
