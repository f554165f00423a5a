"""One connection to the database that is never waited for: libpq, without psycopg's cursors and coroutines.

Why raw libpq: one thread serves many connections, so psycopg's choice would be AsyncConnection, and CPU time is what
limits the generator. CPU per empty call with one connection, event loop included: 21 µs here, 78 µs with AsyncCursor,
30 µs with a blocking Cursor, which would need a thread for each connection. (Medians of five turns of 4,000 calls, one
after the other, on two busy cores; Python 3.11, psycopg 3.3.9 binary, 2026-11-27.)
"""

import re
import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import repeat
from selectors import EVENT_READ, EVENT_WRITE, BaseSelector
from typing import Protocol

import psycopg
from psycopg import pq
from psycopg.conninfo import make_conninfo
from psycopg.pq.abc import PGconn, PGresult

from booking_sim import queries
from booking_sim.database import session
from booking_sim.load_generator.worker.cancel_request import CancelRequest
from booking_sim.records.attempts import Call
from booking_sim.skip_depth.measure import Measure

Row = tuple[bytes | None, ...]

_PARAMETER = re.compile(r"%\((\w+)\)s")
_BINARY = int(pq.Format.BINARY)
_ROWS, _DONE = int(pq.ExecStatus.TUPLES_OK), int(pq.ExecStatus.COMMAND_OK)
_FATAL = (b"FATAL", b"PANIC")
REPEAT = "reserve_again"
"""What repeats a reserve whose answer was lost."""
_STATEMENTS = (*Call, REPEAT)
"""The queries of sql/calls.sql that are prepared."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What came instead of an answer.

    Attributes:
        message: One line.
        sqlstate: None if no server gave one.
        is_lost: Whether the connection is lost too: then it is unknown whether the call was executed.
    """

    message: str
    sqlstate: str | None
    is_lost: bool


class Owner(Protocol):
    """What a connection reports to."""

    def opened(self, connection: "RawConnection") -> None:
        """It is open, and every call is prepared."""

    def answered(self, connection: "RawConnection", answer: Row | Failure) -> None:
        """The call has its answer, the columns of its row, in binary."""

    def lost(self, connection: "RawConnection", reason: str) -> None:
        """It could not be opened, or is lost; a call that was under way got a failure as its answer just before."""


def statement(name: str) -> bytes:
    """The SQL of a call with the server's own placeholders: $1, $2, ... in the order in which they appear."""
    names: dict[str, int] = {}
    return _numbered(queries.load(f"calls/{name}"), names)


def _numbered(text: str, names: dict[str, int]) -> bytes:
    return _PARAMETER.sub(lambda match: f"${names.setdefault(match[1], len(names) + 1)}", text).encode()


def _array(texts: Sequence[str]) -> bytes:
    """An array in PostgreSQL's text format, of texts without quotes and backslashes."""
    elements = ",".join(f'"{text}"' for text in texts)
    return f"{{{elements}}}".encode()


_SETTINGS = _numbered(queries.load("session/settings"), {})
"""Its parameters: the process that the server named, and names and values, as arrays in text."""


class RawConnection:
    """One connection of a worker.

    Args:
        number: Counted over all workers.
        url: The database, as a libpq URL or key=value string.
        application_name: What the server's activity view shows.
        selector: Where the socket is registered, with what to call when it is ready.
        owner: What to report to.

    Attributes:
        owner: What it reports to now.
        is_open: Whether calls can be sent.
        openings: How many times opening it was begun.
        notices: What the server reported with the answer to a measured call; None if the call was not measured.
        sent_statements: The statements that requests have sent since it was opened.
    """

    def __init__(self, number: int, url: str, application_name: str, selector: BaseSelector, owner: Owner) -> None:
        self.number = number
        self.is_open = False
        self.openings = 0
        self.notices: list[str] | None = None
        self.sent_statements: set[bytes] = set()
        self._conninfo = make_conninfo(url, application_name=application_name, client_encoding="utf8").encode()
        self._selector = selector
        self.owner = owner
        self._connection: PGconn
        self._socket: int | None = None
        # A pooler gives a server's session to other clients, with what is prepared in it: so names differ.
        self._names = {name.encode(): f"{name}_{secrets.token_hex(8)}".encode() for name in _STATEMENTS}
        self._unprepared: list[str] = []
        self._result: PGresult | None = None
        self._is_waiting = False

    def open(self) -> None:
        """Begin to connect."""
        self.openings += 1
        self._connection = pq.PGconn.connect_start(self._conninfo)
        self._connection.notice_handler = self._on_notice
        self._unprepared = list(_STATEMENTS)
        self.sent_statements.clear()
        self._connect()

    def close(self) -> None:
        """Disconnect."""
        self.is_open = self._is_waiting = False
        self._unwatch()
        if self.openings:
            self._connection.finish()

    def send(self, name: bytes, parameters: Sequence[bytes]) -> float:
        """Send a call.

        Args:
            name: Its query in sql/calls.sql.
            parameters: As text, in the order in which its SQL has them.

        Returns:
            When it was sent, an instant of `time.monotonic()`.
        """
        sent_at = time.monotonic()
        self._is_waiting = True
        try:
            self._connection.send_query_prepared(self._names[name], parameters, None, _BINARY)
            if self._connection.flush():
                self._watch(EVENT_READ | EVENT_WRITE, self._write)
        except psycopg.OperationalError:
            pass  # a lost connection is read to its end, and reported then
        return sent_at

    def send_measured(self, measure: Measure, parameters: Sequence[bytes]) -> float:
        """Send a reserve as `send` does, and measure its skip depth.

        `Measure.answer` and `Measure.depth` read the answer, the latter with `notices`.
        """
        escape = pq.Escaping(self._connection).escape_literal
        message = measure.message([escape(parameter).decode() for parameter in parameters])
        self.notices = []
        return self.send_text(message.encode())

    def send_text(self, sql: bytes) -> float:
        """Send SQL without parameters as `send` does; its answer is in text."""
        sent_at = time.monotonic()
        self._is_waiting = True
        with suppress(psycopg.OperationalError):
            self._connection.send_query(sql)
            self._flush()
        return sent_at

    @property
    def is_connected(self) -> bool:
        """Whether the server let it in, be it open yet or not."""
        return self._socket is not None and self._connection.status == pq.ConnStatus.OK

    def abandon(self, reason: str) -> None:
        """Give up on the server: close the connection as one that was lost."""
        if self._socket is not None:
            self._fail(Failure(reason, None, is_lost=True))

    def cancel(self, on_done: Callable[[CancelRequest], None]) -> CancelRequest:
        """Request that the server cancels the call that is under way; as CancelRequest."""
        return CancelRequest(self._connection, self._selector, on_done)

    def _flush(self) -> None:
        if self._connection.flush():
            self._watch(EVENT_READ | EVENT_WRITE, self._write)

    def _on_notice(self, notice: PGresult) -> None:
        """Keep the notices of a measured call; those of others are not needed."""
        if self.notices is not None:
            self.notices.append((notice.error_field(pq.DiagnosticField.MESSAGE_PRIMARY) or b"").decode())

    def _connect(self) -> None:
        match self._connection.connect_poll():
            case pq.PollingStatus.OK:
                self._connection.nonblocking = 1
                self._watch(EVENT_READ, self._read)
                self._set()
            case pq.PollingStatus.READING:
                self._watch(EVENT_READ, self._connect)
            case pq.PollingStatus.WRITING:
                self._watch(EVENT_WRITE, self._connect)
            case _:
                self._fail(Failure(self._connection.get_error_message(), None, is_lost=True))

    def _set(self) -> None:
        """Set what the calls depend on, before any is prepared."""
        names, values = (_array(texts) for texts in session.worker_settings())
        self._connection.send_query_params(_SETTINGS, [str(self._connection.backend_pid).encode(), names, values])
        self._connection.flush()

    def _prepare(self) -> None:
        """Prepare the next call; after the last one, it is open."""
        if self._unprepared:
            name = self._unprepared[-1]
            self._connection.send_prepare(self._names[name.encode()], statement(name))
            self._connection.flush()
        else:
            self.is_open = True
            self.owner.opened(self)

    def _write(self) -> None:
        """Go on sending what the socket did not take at once."""
        if not self._connection.flush():
            self._watch(EVENT_READ, self._read)
        self._read()

    def _read(self) -> None:
        connection = self._connection
        try:
            connection.consume_input()
            while not connection.is_busy():
                result = connection.get_result()
                if result is None:
                    self._answer()
                    return
                self._result = result
        except psycopg.OperationalError as error:
            self._fail(Failure(str(error), None, is_lost=True))

    def _answer(self) -> None:
        """Deliver the answer, which is complete."""
        result, self._result = self._result, None
        if result is None:  # a notice without a call
            return
        status = result.status
        if status not in (_ROWS, _DONE):
            failure = self._failure(result)
            if failure.is_lost or not self.is_open:
                self._fail(failure)
            else:
                self._deliver(failure)
        elif self.is_open:
            self._deliver(tuple(map(result.get_value, repeat(0), range(result.nfields))))
        elif status == _ROWS and (refusal := self._refusal(result)):
            self._fail(Failure(refusal, None, is_lost=True))
        else:
            if status == _DONE:
                self._unprepared.pop()
            self._prepare()

    def _refusal(self, result: PGresult) -> str:
        """Why the calls would fail with the settings of this session; empty if they would not."""
        rows = [[(result.get_value(row, field) or b"").decode() for field in range(3)] for row in range(result.ntuples)]
        user = (self._connection.user or b"").decode()
        return session.refusal_behind_a_pooler([(name, value, pooled == "t") for name, value, pooled in rows], user)

    def _deliver(self, answer: Row | Failure) -> None:
        self._is_waiting = False
        self.owner.answered(self, answer)

    def _fail(self, failure: Failure) -> None:
        was_waiting = self._is_waiting
        self.close()
        if was_waiting:
            self._deliver(failure)
        self.owner.lost(self, failure.message)

    def _failure(self, result: PGresult) -> Failure:
        sqlstate = result.error_field(pq.DiagnosticField.SQLSTATE)
        ends = result.error_field(pq.DiagnosticField.SEVERITY_NONLOCALIZED) in _FATAL
        message = result.error_field(pq.DiagnosticField.MESSAGE_PRIMARY)
        return Failure(
            message.decode() if message else result.get_error_message(),
            sqlstate.decode() if sqlstate else None,
            is_lost=ends or self._connection.status != pq.ConnStatus.OK,
        )

    def _watch(self, events: int, callback: Callable[[], None]) -> None:
        """Set the callback of the socket. While connecting, libpq may change the socket."""
        self._unwatch()
        self._socket = self._connection.socket
        self._selector.register(self._socket, events, callback)

    def _unwatch(self) -> None:
        if self._socket is not None:
            self._selector.unregister(self._socket)
            self._socket = None
