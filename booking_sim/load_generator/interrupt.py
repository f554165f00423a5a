"""Ctrl-C and SIGTERM during a surge: a wish to stop, looked at between two messages, not an exception anywhere."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interrupt:
    """Whether somebody wants the surge to stop.

    Attributes:
        times: How often it was said. Once: let calls under way be answered. Twice: at once. Then: KeyboardInterrupt.
    """

    def __init__(self) -> None:
        self.times = 0
        self._process = os.getpid()

    def hear(self, number: int, _frame: FrameType | None) -> None:
        """Count one more."""
        if os.getpid() != self._process:  # forked meanwhile, by an executor that may want to end it
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        self.times += 1
        if self.times > 2:
            raise KeyboardInterrupt


@contextmanager
def interruptible() -> Iterator[Interrupt]:
    """Hear SIGINT and SIGTERM while inside. Outside the main thread Python hears no signals, and nobody interrupts."""
    interrupt = Interrupt()
    if threading.current_thread() is not threading.main_thread():
        yield interrupt
        return
    before = {number: signal.signal(number, interrupt.hear) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield interrupt
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
