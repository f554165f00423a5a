"""Ctrl-C and other signals during a surge: counted, and checked between two messages; an exception where allowed."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C, a request to end, and a terminal that was closed."""

INTERRUPTED: Final = "interrupted"


class Interrupt:
    """Whether the surge has to stop.

    Attributes:
        count: Signals so far. One: requests under way are still answered. Two: stop at once.
        is_signalled: Whether there was a signal, not only a reason of our own.
        reason: Why the run is stopped, for the problems of its result.
        raises: Whether the next signal raises KeyboardInterrupt, which sets this to False: so it raises once.
    """

    def __init__(self) -> None:
        self.count = 0
        self.is_signalled = False
        self.reason = INTERRUPTED
        self.raises = False
        self._process = os.getpid()

    def on_signal(self, number: int, _frame: FrameType | None) -> None:
        """Count a signal."""
        if os.getpid() != self._process:  # a fork, made by an executor that may want to end it
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        self.count += 1
        self.is_signalled = True
        if self.raises:
            self.raises = False
            raise KeyboardInterrupt

    def stop(self, reason: str) -> None:
        """Stop the run as a first signal does, for a reason of its own."""
        if not self.count:
            self.count, self.reason = 1, reason


@contextmanager
def interruptible() -> Iterator[Interrupt]:
    """Count SIGNALS inside the context. Outside the main thread Python handles none: it stays 0."""
    interrupt = Interrupt()
    if threading.current_thread() is not threading.main_thread():
        yield interrupt
        return
    handled = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]  # nohup ignores SIGHUP
    before = {number: signal.signal(number, interrupt.on_signal) for number in handled}
    try:
        yield interrupt
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
