"""The settings that the toolkit's own statements depend on: set when a session begins, or refused by name.

A server, a database, a role and a URL each have settings of their own, and any of them could change how values are
written, which names are found, or when a statement is cut off. Behind a connection pooler a session belongs to other
clients too, so there a setting is checked instead: a setting that was changed would stay on the pooler's connection.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from psycopg import Connection
from psycopg.rows import tuple_row

from booking_sim.errors import SettingError
from booking_sim.queries import load

SETTINGS: Mapping[str, str] = {
    "DateStyle": "ISO, MDY",
    "IntervalStyle": "postgres",
    "TimeZone": "UTC",
    "standard_conforming_strings": "on",
    "extra_float_digits": "1",
    "search_path": '"$user", public',
    "default_transaction_isolation": "read committed",
    "default_transaction_read_only": "off",
    "default_transaction_deferrable": "off",
    "statement_timeout": "0",
    "lock_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "idle_session_timeout": "0",
    "jit": "off",
    "plan_cache_mode": "auto",
}
"""What each session of the toolkit is set to; pg_catalog is searched first, since the path does not name it."""

_SINCE_17 = {"transaction_timeout": "0"}

_TRACKED = frozenset({"DateStyle", "TimeZone", "standard_conforming_strings"})
"""What every pooler keeps apart for each of its clients, since the server reports a change of it."""

_NEEDED = frozenset({"IntervalStyle", "default_transaction_isolation", "default_transaction_read_only"})
"""Without these values, statements of the toolkit would fail or mean something else."""

_OF_WORKERS = frozenset(
    {
        *("default_transaction_isolation", "default_transaction_read_only", "default_transaction_deferrable"),
        *("idle_in_transaction_session_timeout", "idle_session_timeout"),
    }
)
"""Without these values, the calls of a surge would fail that an application's would not. The others are left: how fast
calls are, and which of them are cut off, is what a surge measures."""

Row = tuple[str, str, bool]


def prepare(connection: Connection[Any], settings: Mapping[str, str]) -> None:
    """Set what a new connection depends on.

    Args:
        connection: A new one, in any mode; no transaction is left open.
        settings: What to set besides SETTINGS, or instead of it.

    Raises:
        SettingError: There is a pooler between, and a setting is wrong that must not be changed there.
        psycopg.Error: The server did not answer.
    """
    with connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(load("session/settings"), _parameters(connection, settings)).fetchall()
        if _is_pooled(rows):
            cursor.execute(load("session/tracked"), {"names": [*_TRACKED], "values": [SETTINGS[n] for n in _TRACKED]})
            _settle_behind_a_pooler(connection, rows)
    if not connection.autocommit:
        connection.commit()


def worker_settings() -> tuple[list[str], list[str]]:
    """Return names and values of what a worker's connection is set to."""
    names = sorted(_OF_WORKERS)
    return names, [SETTINGS[name] for name in names]


def refusal_behind_a_pooler(rows: Iterable[Row], user: str) -> str:
    """Say which setting is wrong and cannot be set, because there is a pooler between; empty if none is.

    Args:
        rows: What the query `session/settings` answered.
        user: Who is connected.
    """
    for name, value, is_pooled in rows:
        if is_pooled and name in _NEEDED and value != SETTINGS[name]:
            return (
                f"{name} is '{value}' for user '{user}' behind a connection pooler, where it cannot be changed for one"
                f" client: set it to '{SETTINGS[name]}' for this role, or name the server itself."
            )
    return ""


def _is_pooled(rows: Iterable[Row]) -> bool:
    return any(is_pooled for _, _, is_pooled in rows)


def _parameters(connection: Connection[Any], settings: Mapping[str, str]) -> dict[str, Any]:
    newer = _SINCE_17 if connection.info.server_version >= 170000 else {}
    wanted = {**SETTINGS, **newer, **settings}
    return {"names": [*wanted], "values": [*wanted.values()], "announced_pid": connection.info.backend_pid}


def _settle_behind_a_pooler(connection: Connection[Any], rows: Iterable[Row]) -> None:
    """Refuse what is wrong and cannot be set, and prepare no statements: the next one may meet another session."""
    connection.prepare_threshold = None
    if refusal := refusal_behind_a_pooler(rows, connection.info.user):
        raise SettingError(refusal)
