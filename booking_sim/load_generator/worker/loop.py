"""The event loop of a worker: sockets and timers, as precise as the system's clock."""

import heapq
import select
import time
from collections.abc import Callable
from itertools import count
from selectors import DefaultSelector
from typing import Any

_SOON_S = 0.02
"""What waits for many sockets counts in milliseconds; what is due sooner than that is waited for otherwise."""


class Loop:
    """Calls what is due, and what a socket is ready for.

    Attributes:
        selector: Where sockets are registered, with what to call when they are ready.
        woke_at: When those were found ready that are being called, an instant of `time.monotonic()`.
    """

    def __init__(self) -> None:
        self.selector = DefaultSelector()
        self.woke_at = 0.0
        self._timers: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        self._order = count()

    def at(self, when: float, do: Callable[..., None], *arguments: Any) -> None:
        """Call something at an instant of `time.monotonic()`; of two at the same, the first that was asked for."""
        heapq.heappush(self._timers, (when, next(self._order), do, arguments))

    def turn(self) -> None:
        """Wait for something to happen, and call what belongs to it."""
        ready = self._ready()
        self.woke_at = time.monotonic()
        for key, _ in ready:
            key.data()
        while self._timers and self._timers[0][0] <= time.monotonic():
            _, _, do, arguments = heapq.heappop(self._timers)
            do(*arguments)

    def close(self) -> None:
        """Let go of the sockets."""
        self.selector.close()

    def _ready(self) -> list[Any]:
        if not self._timers:
            return self.selector.select()
        left = max(0.0, self._timers[0][0] - time.monotonic())
        if left >= _SOON_S:
            return self.selector.select(left - _SOON_S / 2)
        if left and not select.select([self.selector], [], [], left)[0]:  # epoll and kqueue allow to be waited for
            return []
        return self.selector.select(0)
