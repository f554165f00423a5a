"""The CPU time that a call takes the load generator on this machine, measured on one of its connections."""

import math
import time

from booking_sim.load_generator.worker.event_loop import EventLoop
from booking_sim.load_generator.worker.raw_connection import Failure, RawConnection, Row

_CALLS = 500
_LONGEST_S = 2.0


class _Caller:
    """Makes one empty call after the other."""

    def __init__(self) -> None:
        self.calls = 0
        self.is_done = False
        self.cpu_s = math.nan
        self._began_s = 0.0

    def opened(self, connection: RawConnection) -> None:
        """Begin to count."""
        self._began_s = time.thread_time()
        connection.send_text(b"select")

    def answered(self, connection: RawConnection, answer: Row | Failure) -> None:
        """Count, and call again."""
        if isinstance(answer, Failure) or self.is_done:
            return
        self.calls += 1
        self.cpu_s = (time.thread_time() - self._began_s) / self.calls
        self.is_done = self.calls == _CALLS
        if not self.is_done:
            connection.send_text(b"select")

    def lost(self, connection: RawConnection, reason: str) -> None:
        """End: there is no schema to prepare calls of, or no right to use it."""
        del connection, reason
        self.is_done = True


def cpu_per_call_s(url: str) -> float:
    """Measure the CPU seconds that an empty call takes this client; not a number if that is not known.

    Args:
        url: The database.
    """
    loop, caller, ends_at = EventLoop(), _Caller(), time.monotonic() + _LONGEST_S
    connection = RawConnection(0, url, "booking_sim doctor", loop.selector, caller)
    try:
        connection.open()
        loop.call_at(ends_at, lambda: None)  # so that waiting for a socket ends
        while not caller.is_done and time.monotonic() < ends_at:
            loop.run_once()
    finally:
        connection.close()
        loop.close()
    return caller.cpu_s
