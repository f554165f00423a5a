"""Connections: opened in one way, with settings that are known, and every failure said in one line."""

import logging
import math
import os
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import Connection

from booking_sim.database import session
from booking_sim.database.explaining import NO_ANSWER, address, explain
from booking_sim.database.url import read_url
from booking_sim.errors import ServerTooOld, SettingError

_LOG = logging.getLogger(__name__)

OLDEST_VERSION = 15
CONNECT_SECONDS = 15
"""How long to wait for a server to answer, unless the URL or PGCONNECT_TIMEOUT says otherwise."""


def connect(
    url: str,
    *,
    autocommit: bool = True,
    application_name: str = "booking_sim",
    settings: Mapping[str, str] | None = None,
    **options: Any,
) -> Connection:
    """Open a connection to a database, for your own SQL.

    Whatever the server, the role or the URL set, the session has the settings of
    `booking_sim.database.session.SETTINGS`: READ COMMITTED, no time limits, and more.

    Args:
        url: A libpq URL or key=value string.
        autocommit: Whether each statement is a transaction of its own.
        application_name: What the server's activity view shows.
        settings: Settings of the session besides those, or instead of them, by name.
        **options: What else psycopg's connect takes, such as ``prepare_threshold``.

    Returns:
        A psycopg connection; leaving its `with` block closes it.

    Raises:
        BookingSimError: The URL cannot be read, or the server is too old, refuses the
            connection or does not answer in time; never with a password in it.

    Example:
        How many tickets are available, held and sold:

            from booking_sim import connect, open_server

            with open_server() as server, connect(server.url) as db:
                db.execute("select status, count(*) from booking.tickets group by 1")
    """
    options |= _options(url, autocommit=autocommit, application_name=application_name)
    _LOG.debug("connecting to %s as %s", address(url), application_name)
    with _explained(url):
        connection = Connection.connect(url, **options)
        try:
            check_version(connection)
            with bounded(connection, connect_seconds(url)):
                session.prepare(connection, settings or {})
        except BaseException:
            connection.close()
            raise
        return connection


def check_version(connection: Connection[Any]) -> None:
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
    """How long a server may take to answer: as the URL or PGCONNECT_TIMEOUT says, else CONNECT_SECONDS.

    Returns:
        Seconds; infinity where the setting is zero or less, which means no limit to libpq.

    Raises:
        BookingSimError: The setting is not a whole number.
    """
    setting = read_url(url).get("connect_timeout") or os.environ.get("PGCONNECT_TIMEOUT") or str(CONNECT_SECONDS)
    try:
        seconds = int(setting)
    except ValueError:
        raise SettingError(
            f"connect_timeout={setting!r} is invalid: expected a whole number of seconds, 0 for no limit."
        ) from None
    return seconds if seconds > 0 else math.inf


@contextmanager
def _explained(url: str) -> Iterator[None]:
    try:
        yield
    except TimeoutError:
        raise explain(NO_ANSWER, url) from None
    except psycopg.Error as error:
        raise explain(str(error), url) from None


@contextmanager
def bounded(connection: Connection[Any], seconds: float) -> Iterator[None]:
    """End the connection if what is inside takes longer: a pooler may let a client in and then let it wait.

    Raises:
        TimeoutError: It took longer.
    """
    if math.isinf(seconds):
        yield
        return
    is_late = threading.Event()

    def end() -> None:
        is_late.set()
        with socket.socket(fileno=os.dup(connection.fileno())) as descriptor:
            descriptor.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    except psycopg.OperationalError:
        if is_late.is_set():
            raise TimeoutError from None
        raise
    finally:
        timer.cancel()
        timer.join()


def _options(url: str, *, autocommit: bool, application_name: str) -> dict[str, Any]:
    options: dict[str, Any] = {
        "autocommit": autocommit,
        "application_name": application_name,
        "client_encoding": "utf8",  # with SQL_ASCII, text would come as bytes
    }
    if "connect_timeout" not in read_url(url) and "PGCONNECT_TIMEOUT" not in os.environ:
        options["connect_timeout"] = CONNECT_SECONDS
    return options
