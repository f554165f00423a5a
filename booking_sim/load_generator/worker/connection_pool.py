"""The connections of one worker: opened together, given out in turn, and reopened when they are lost."""

import random
import time
from collections import deque
from collections.abc import Callable

from booking_sim.database.connecting import connect_seconds, explain
from booking_sim.load_generator.worker.event_loop import EventLoop
from booking_sim.load_generator.worker.messages import WorkerAssignment
from booking_sim.load_generator.worker.raw_connection import Failure, RawConnection, Row
from booking_sim.load_generator.worker.recorder import Recorder

_FIRST_WAIT_S = 0.05
_LONGEST_WAIT_S = 1.0


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
        self._connect_timeout_s = connect_seconds(self._url)
        self.idle: deque[RawConnection] = deque()
        self.first_error = ""
        self.disconnected_since: float | None = time.monotonic()

    @property
    def is_complete(self) -> bool:
        """Whether every connection is open."""
        return all(connection.is_open for connection in self._connections)

    def open(self) -> None:
        """Begin to open them all."""
        for connection in self._connections:
            self._open(connection)

    def close(self) -> None:
        """Close them all."""
        for connection in self._connections:
            connection.close()

    def opened(self, connection: RawConnection) -> None:
        """A connection is open: it is idle."""
        self._waits_s[connection] = _FIRST_WAIT_S
        self.disconnected_since = None
        self.release(connection)

    def release(self, connection: RawConnection) -> None:
        """A connection has its answer: it is idle, if it is still open."""
        if connection.is_open:
            self.idle.append(connection)

    def lost(self, connection: RawConnection, reason: str) -> None:
        """Reopen a connection after a wait: twice as long each time, plus or minus half of it."""
        error = str(explain(reason, self._url))
        self.first_error = self.first_error or error
        self._recorder.connection_lost(error)
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
        self._loop.call_at(begun_at + self._connect_timeout_s, connection.give_up, connection.openings)
