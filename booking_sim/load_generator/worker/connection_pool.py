"""The connections of one worker: opened together, given out in turn, and reopened when they are lost."""

import math
import random
import time
from collections import deque
from collections.abc import Callable

from booking_sim.database.connecting import connect_seconds
from booking_sim.database.explaining import NO_ANSWER, explain, is_unprepared
from booking_sim.load_generator.worker.event_loop import EventLoop
from booking_sim.load_generator.worker.messages import WorkerAssignment
from booking_sim.load_generator.worker.raw_connection import Failure, RawConnection, Row
from booking_sim.load_generator.worker.recorder import Recorder
from booking_sim.load_generator.worker.warm_up import WarmUp
from booking_sim.redaction import redact

_FIRST_WAIT_S = 0.05
_LONGEST_WAIT_S = 1.0
_WARM_UP_S = 30.0
"""How long the warm-up of a connection may take, beside opening it: all connections of a run are warmed at once."""


class ConnectionPool:
    """The connections, and which of them are idle.

    Args:
        assignment: Which connections, and to which database.
        loop: What says when they are ready.
        recorder: Where a lost connection is counted.
        on_answer: Called with each answer, as `answered`.

    Attributes:
        answered: Called with each answer, before its connection is idle.
        idle: Connections that a request can be sent on, the longest idle one first.
        warm_up_error: Why a connection is cold that was to be warmed, of the first one; empty if there was none.
        first_error: Why a connection could not be opened or was lost, of the first one; empty if there was none.
        disconnected_since: Since when no connection at all is open, an instant of `time.monotonic()`; None if one is.
    """

    def __init__(
        self,
        assignment: WorkerAssignment,
        loop: EventLoop,
        recorder: Recorder,
        *,
        on_answer: Callable[[RawConnection, Row | Failure], None],
    ) -> None:
        self._url = assignment.url
        self._loop = loop
        self._recorder = recorder
        self.answered = on_answer
        self._connections = [
            RawConnection(number, self._url, assignment.application_name, loop.selector, self)
            for number in assignment.connections
        ]
        self._waits_s = dict.fromkeys(self._connections, _FIRST_WAIT_S)
        self._is_warmed = assignment.is_warmed
        self._open_timeout_s = connect_seconds(self._url) + (_WARM_UP_S if self._is_warmed else 0.0)
        self._ready: set[RawConnection] = set()
        self.idle: deque[RawConnection] = deque()
        self.warm_up_error = ""
        self.first_error = ""
        self.disconnected_since: float | None = time.monotonic()

    @property
    def is_complete(self) -> bool:
        """Whether every connection is open, and warm if it is to be."""
        return len(self._ready) == len(self._connections)

    def open(self) -> None:
        """Begin to open them all."""
        for connection in self._connections:
            self._open(connection)

    def close(self) -> None:
        """Close them all."""
        for connection in self._connections:
            connection.close()

    def opened(self, connection: RawConnection) -> None:
        """A connection is open: warm it, then it is idle."""
        self._waits_s[connection] = _FIRST_WAIT_S
        self.disconnected_since = None
        if self._is_warmed:
            WarmUp(connection, self._on_warm)
        else:
            self._on_ready(connection)

    def release(self, connection: RawConnection) -> None:
        """A connection has its answer: it is idle, if it is still open."""
        if connection.is_open:
            self.idle.append(connection)

    def lost(self, connection: RawConnection, reason: str) -> None:
        """Reopen a connection after a wait: twice as long each time, plus or minus half of it."""
        error = str(explain(reason, self._url))
        self.first_error = self.first_error or error
        self._recorder.connection_lost(error)
        self._ready.discard(connection)
        if connection in self.idle:
            self.idle.remove(connection)
        if self.disconnected_since is None and not any(other.is_open for other in self._connections):
            self.disconnected_since = time.monotonic()
        wait_s = self._waits_s[connection] * random.uniform(0.5, 1.5)  # noqa: S311  not all come back at the same time
        self._waits_s[connection] = min(2 * self._waits_s[connection], _LONGEST_WAIT_S)
        self._loop.call_at(time.monotonic() + wait_s, self._open, connection)

    def _open(self, connection: RawConnection) -> None:
        begun_at = time.monotonic()
        connection.open()
        if math.isfinite(self._open_timeout_s):
            self._loop.call_at(begun_at + self._open_timeout_s, self._on_open_timeout, connection, connection.openings)

    def _on_open_timeout(self, connection: RawConnection, opening: int) -> None:
        if connection.openings == opening and connection not in self._ready:
            connection.abandon(NO_ANSWER if connection.is_connected else "timeout expired")

    def _on_warm(self, connection: RawConnection, error: str) -> None:
        self.warm_up_error = self.warm_up_error or redact(error)
        if is_unprepared(error):  # every call would fail
            self.first_error = self.first_error or str(explain(error, self._url))
        self._on_ready(connection)

    def _on_ready(self, connection: RawConnection) -> None:
        self._ready.add(connection)
        self.release(connection)
