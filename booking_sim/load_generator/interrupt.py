"""Ctrl-C and SIGTERM during a surge: counted, and checked between two messages, instead of an exception anywhere."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interrupt:
    """Whether the surge has to stop.

    Attributes:
        count: Signals so far. One: requests under way are still answered. Two: stop at once. Three: KeyboardInterrupt.
    """

    def __init__(self) -> None:
        self.count = 0
        self._process = os.getpid()

    def on_signal(self, number: int, _frame: FrameType | None) -> None:
        """Count a signal."""
        if os.getpid() != self._process:  # a fork, made by an executor that may want to end it
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        self.count += 1
        if self.count > 2:
            raise KeyboardInterrupt


@contextmanager
def interruptible() -> Iterator[Interrupt]:
    """Count SIGINT and SIGTERM inside the context. Outside the main thread Python handles none: it stays 0."""
    interrupt = Interrupt()
    if threading.current_thread() is not threading.main_thread():
        yield interrupt
        return
    before = {number: signal.signal(number, interrupt.on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield interrupt
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
