"""The executor of a surge unless another is passed: each call in a new process with its own interpreter."""

import sys
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from booking_sim import processes

if TYPE_CHECKING:
    import subprocess

    from booking_sim.processes import Channel

P = ParamSpec("P")
T = TypeVar("T")


class ProcessEndedError(Exception):
    """The process of a call ended before the call did; the message says how."""


class ProcessPerCallExecutor(Executor):
    """Runs each call in a process that `booking_sim.processes` starts, all calls at the same time."""

    def __init__(self) -> None:
        self._processes: list[subprocess.Popen[bytes]] = []
        self._threads: list[Thread] = []

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Start a process for a call. The function and its arguments must be picklable."""
        called = f"{fn.__module__}.{fn.__name__}"
        process, channel = processes.start("booking_sim.load_generator.process_executor", called)
        with suppress(OSError):  # a process that has ended is noticed by its thread
            channel.send((fn, args, kwargs))
        future = Future[T]()
        future.set_running_or_notify_cancel()
        thread = Thread(target=_wait_for, args=(process, channel, future), daemon=True)
        self._processes.append(process)
        self._threads.append(thread)
        thread.start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Wait for the processes to end.

        Args:
            wait: Whether to wait.
            cancel_futures: Whether to kill those that have not ended: a call with its own process can be cancelled at
                any time.
        """
        if cancel_futures:
            for process in self._processes:
                process.kill()
        if wait:
            for thread in self._threads:
                thread.join()


def _wait_for(process: "subprocess.Popen[bytes]", channel: "Channel", future: "Future[Any]") -> None:
    with channel:
        try:
            result = channel.recv()
        except (EOFError, OSError):
            future.set_exception(ProcessEndedError(processes.reason(process)))
        else:
            process.wait()
            future.set_result(result)


def main(descriptor: int) -> None:
    """Make the call that the parent sends over the pipe, and send its result."""
    _wake_precisely()
    with Connection(descriptor) as channel, suppress(EOFError, OSError):  # the parent is gone
        function, arguments, keywords = channel.recv()
        channel.send(function(*arguments, **keywords))


def _wake_precisely() -> None:
    """Set the timer slack of Linux to the minimum: by default it wakes a process up to 50 microseconds late."""
    with suppress(OSError):
        Path("/proc/self/timerslack_ns").write_text("1", encoding="ascii")


if __name__ == "__main__":
    main(int(sys.argv[1]))
