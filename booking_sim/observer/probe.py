"""What the observer asks the database, over one connection that it opens again when it is lost."""

import sys
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any, Final, LiteralString

import psycopg
from psycopg import Connection

from booking_sim import queries
from booking_sim.database import connect
from booking_sim.observer.cpu import CpuClock
from booking_sim.observer.messages import Watch

_NOT_SEEN: Final = "null::bigint"

Row = tuple[Any, ...]
Rows = dict[str, list[Row]]


class Probe:
    """The database as the observer reads it.

    Args:
        watch: What to watch.

    Attributes:
        samplers: What takes a sample, by a name: each gives rows by the name of their frame, the first column of which
            is the instant of `time.monotonic()` at which it was requested.
    """

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._cpu_clock = CpuClock()
        self._open: Connection[Any] | None = None
        self._is_pooled = False
        self._checkpointed: LiteralString = _NOT_SEEN
        self.samplers: dict[str, Callable[[], Rows]] = {
            "waits": self._waits,
            "server": self._server,
        }
        if watch.event_ids:
            self.samplers["inventory"] = self._inventory

    def close(self) -> None:
        """Disconnect."""
        if self._open is not None:
            self._open.close()

    def statements(self) -> dict[int, Row]:
        """What each statement has cost so far, by its id; nothing where the server does not count that."""
        try:
            return {row[0]: row for row in self._ask("statements")[1]}
        except (psycopg.errors.UndefinedTable, psycopg.errors.ObjectNotInPrerequisiteState):
            return {}

    def _waits(self) -> Rows:
        asked, rows = self._ask("waits", {"token": self._watch.token})
        waits, sessions = list[Row](), list[Row]()
        for pid, is_own, is_at_work, call, kind, event, blockers, waited_ms, blocked, *about in rows:
            if is_at_work or pid is None:
                waits.append((asked, pid, is_own, _intern(call), _intern(kind), _intern(event), blockers, waited_ms))
            if pid is not None and (blocked or not is_own):
                sessions.append((asked, pid, is_own, blocked, *map(_intern, about)))
        return {"waits": waits, "sessions": sessions}

    def _server(self) -> Rows:
        asked, [(*counts, pids)] = self._ask("server")
        return {"server": [(asked, *counts, *self._cpu_clock.seconds(pids))]}

    def _inventory(self) -> Rows:
        asked, rows = self._ask("inventory", {"event_ids": list(self._watch.event_ids)})
        return {"inventory": [(asked, *rows[0])]}

    def _ask(self, name: str, parameters: dict[str, Any] | None = None) -> tuple[float, Sequence[Row]]:
        connection = self._connection()
        query = queries.load(f"observer/{name}").replace("{checkpointed}", self._checkpointed)
        with connection.transaction() if self._is_pooled else nullcontext():
            if self._is_pooled:
                self._keep_out_of_the_way(connection)
            asked = time.monotonic()
            return asked, connection.execute(query, parameters).fetchall()

    def _keep_out_of_the_way(self, connection: Connection[Any]) -> None:
        connection.execute(queries.load("observer/session"), {"is_pooled": self._is_pooled})

    def _connection(self) -> Connection[Any]:
        """Open, or opened anew.

        Raises:
            BookingSimError: There is none to be had.
        """
        if self._open is None or self._open.closed:
            connection = connect(self._watch.url, application_name=self._watch.application_name)
            [(pid, began_at, sees_checkpoints)] = connection.execute(queries.load("observer/backend")).fetchall()
            self._checkpointed = queries.load("observer/checkpointed") if sees_checkpoints else _NOT_SEEN
            self._is_pooled = pid != connection.info.backend_pid
            if not self._is_pooled:
                connection.prepare_threshold = 0
                self._keep_out_of_the_way(connection)
            if began_at is not None:
                self._cpu_clock.find_server(pid, began_at)
            self._open = connection
        return self._open


def _intern(text: str | None) -> str | None:
    """The same text as one object, which a message carries once."""
    return text and sys.intern(text)
