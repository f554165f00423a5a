"""Requests that the server cancels a call, without waiting for it: libpq sends it over a connection of its own."""

import time
from collections.abc import Callable
from selectors import EVENT_READ, EVENT_WRITE, BaseSelector

import psycopg
from psycopg import pq
from psycopg.pq.abc import PGconn

_EVENTS = {pq.PollingStatus.READING: EVENT_READ, pq.PollingStatus.WRITING: EVENT_WRITE}


class CancelRequest:
    """One request to cancel what a connection is doing.

    The blocking PQcancel cannot be used, not even in a thread: psycopg keeps the interpreter locked meanwhile.

    Args:
        source: The connection whose call is to be cancelled.
        selector: Where the socket is registered.
        on_done: Called when the server has received it, or cannot.

    Attributes:
        sent_at: When it was begun, an instant of `time.monotonic()`.
    """

    def __init__(self, source: PGconn, selector: BaseSelector, on_done: Callable[["CancelRequest"], None]) -> None:
        self.sent_at = time.monotonic()
        self._selector = selector
        self._on_done = on_done
        self._socket: int | None = None
        self._connection = source.cancel_conn()
        self._connection.start()
        self._watch(EVENT_WRITE)

    def close(self) -> None:
        """Give it up."""
        self._unwatch()
        self._connection.finish()

    def _poll(self) -> None:
        self._unwatch()
        try:
            events = _EVENTS.get(pq.PollingStatus(self._connection.poll()))
        except psycopg.OperationalError:
            events = None  # the server is gone: there is nothing to cancel
        if events is None:
            self._connection.finish()
            self._on_done(self)
        else:
            self._watch(events)

    def _watch(self, events: int) -> None:
        self._socket = self._connection.socket
        self._selector.register(self._socket, events, self._poll)

    def _unwatch(self) -> None:
        if self._socket is not None:
            self._selector.unregister(self._socket)
            self._socket = None
