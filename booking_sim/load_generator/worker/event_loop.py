"""The event loop of a worker: sockets and timers, as precise as the system's clock."""

import heapq
import select
import time
from collections.abc import Callable
from itertools import count
from selectors import DefaultSelector
from typing import Any

_SOON_S = 0.02
"""Waiting for many sockets has a resolution of milliseconds. A timer that is due sooner than this is waited for with
`select`, whose resolution is microseconds."""
_TIMERS_AT_ONCE = 64
"""Timers that are called before sockets are checked again."""


class EventLoop:
    """Calls timers that are due, and the callbacks of sockets that are ready.

    Attributes:
        selector: Where sockets are registered, each with a callback.
        woke_at: When the sockets whose callbacks are called were found ready, an instant of `time.monotonic()`.
    """

    def __init__(self) -> None:
        self.selector = DefaultSelector()
        self.woke_at = 0.0
        self._timers: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        self._order = count()

    def call_at(self, when: float, callback: Callable[..., None], *arguments: Any) -> None:
        """Call something at an instant of `time.monotonic()`; of two at the same instant, in the order of request."""
        heapq.heappush(self._timers, (when, next(self._order), callback, arguments))

    def run_once(self) -> None:
        """Wait until a socket is ready or a timer is due, and call what belongs to it."""
        ready = self._ready()
        self.woke_at = time.monotonic()
        for key, _ in ready:
            key.data()
        for callback, arguments in self._due():
            callback(*arguments)

    def _due(self) -> list[tuple[Callable[..., None], tuple[Any, ...]]]:
        """Take the timers that are due. One that a callback adds waits for the next turn, however overdue it is."""
        due: list[tuple[Callable[..., None], tuple[Any, ...]]] = []
        if self._timers:
            now = time.monotonic()
            while self._timers and self._timers[0][0] <= now and len(due) < _TIMERS_AT_ONCE:
                due.append(heapq.heappop(self._timers)[2:])
        return due

    def close(self) -> None:
        """Release the sockets."""
        self.selector.close()

    def _ready(self) -> list[Any]:
        if not self._timers:
            return self.selector.select()
        left = max(0.0, self._timers[0][0] - time.monotonic())
        if left >= _SOON_S:
            return self.selector.select(left - _SOON_S / 2)
        if left and not select.select([self.selector], [], [], left)[0]:  # epoll and kqueue can be waited for
            return []
        return self.selector.select(0)
