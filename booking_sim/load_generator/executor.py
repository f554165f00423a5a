"""The executor of a surge that is given none: each call in a fresh interpreter of its own, started at once."""

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


class FreshProcesses(Executor):
    """Runs each call in a process that `booking_sim.processes` starts; as many at once as there are calls."""

    def __init__(self) -> None:
        self._processes: list[subprocess.Popen[bytes]] = []
        self._followers: list[Thread] = []

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Start a process for a call; both function and arguments have to be such that they can be pickled."""
        process, channel = processes.start("booking_sim.load_generator.executor", f"{fn.__module__}.{fn.__name__}")
        with suppress(OSError):  # one that is gone already is noticed by its follower
            channel.send((fn, args, kwargs))
        future = Future[T]()
        future.set_running_or_notify_cancel()
        follower = Thread(target=_follow, args=(process, channel, future), daemon=True)
        self._processes.append(process)
        self._followers.append(follower)
        follower.start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Wait for the processes to end.

        Args:
            wait: Whether to.
            cancel_futures: Whether to kill those that have not ended: a call that has a process of its own can be
                cancelled at any time.
        """
        if cancel_futures:
            for process in self._processes:
                process.kill()
        if wait:
            for follower in self._followers:
                follower.join()


def _follow(process: "subprocess.Popen[bytes]", channel: "Channel", future: "Future[Any]") -> None:
    with channel:
        try:
            result = channel.recv()
        except (EOFError, OSError):
            future.set_exception(ProcessEndedError(processes.reason(process)))
        else:
            process.wait()
            future.set_result(result)


def main(descriptor: int) -> None:
    """Make the call that the parent asks for over the pipe, and send its result."""
    _be_punctual()
    with Connection(descriptor) as channel, suppress(EOFError, OSError):  # the parent is gone
        function, arguments, keywords = channel.recv()
        channel.send(function(*arguments, **keywords))


def _be_punctual() -> None:
    """Have Linux wake this process when it is due: else up to 50 microseconds later, so as to save power."""
    with suppress(OSError):
        Path("/proc/self/timerslack_ns").write_text("1", encoding="ascii")


if __name__ == "__main__":
    main(int(sys.argv[1]))
