"""The CPU time of the server and of the generator, as far as their processes are on this machine."""

import os
import time
from collections.abc import Iterable
from contextlib import suppress

import psutil

_SAME_INSTANT_S = 5.0
"""How far apart PostgreSQL and the kernel may put the beginning of one process: their clocks tick in other ways."""

_FAMILY_S = 2.0
"""How often to search for processes of the generator: to find them, all processes of the machine have to be read."""

NOT_KNOWN = float("nan")

_BUSY = ("user", "nice", "system", "irq", "softirq")  # no system has all of them


class CpuClock:
    """Counts CPU seconds: of whole families, since a process that ends leaves its time to its parent."""

    def __init__(self) -> None:
        self._postmaster: psutil.Process | None = None
        self._known: dict[int, psutil.Process] = {}
        self._generator = psutil.Process(os.getppid())
        self._family: list[psutil.Process] = []
        self._family_of = -_FAMILY_S

    def find_server(self, backend_pid: int, began_at: float) -> None:
        """Find the server by one of its processes; on another machine, or in another container, it is not found.

        Args:
            backend_pid: The process that serves a connection of ours.
            began_at: When it began, in seconds since 1970.
        """
        self._postmaster = None
        with suppress(psutil.Error, OverflowError, ValueError):  # a pooler invents process ids
            backend = psutil.Process(backend_pid)
            if "postgres" in backend.name() and abs(backend.create_time() - began_at) < _SAME_INSTANT_S:
                self._postmaster = backend.parent()

    @property
    def sees_server(self) -> bool:
        """Whether the server was found."""
        return self._postmaster is not None

    def seconds(self, server_pids: Iterable[int]) -> tuple[float, float, float]:
        """The CPU seconds used so far by the server, by the generator, and by everything on the machine.

        Args:
            server_pids: The server's processes, besides its first.

        Returns:
            Seconds, not a number where it is not known. The generator is the process that runs the surge with all that
            it started, but for the observer and a server of its own.
        """
        server_pids = set(server_pids)
        times = psutil.cpu_times()
        busy = sum(getattr(times, kind, 0.0) for kind in _BUSY)
        return self._server(server_pids), self._generators(server_pids | {os.getpid()}), busy

    def _server(self, pids: set[int]) -> float:
        if self._postmaster is None:
            return NOT_KNOWN
        for pid in pids - self._known.keys():
            with suppress(psutil.NoSuchProcess):
                self._known[pid] = psutil.Process(pid)
        return _used(self._postmaster) + sum(_used(self._known[pid]) for pid in pids & self._known.keys())

    def _generators(self, others: set[int]) -> float:
        now = time.monotonic()
        if now - self._family_of > _FAMILY_S:
            self._family_of = now
            with suppress(psutil.Error):
                self._family = [self._generator, *self._generator.children(recursive=True)]
        return sum(_used(process) for process in self._family if process.pid not in others)


def _used(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:  # its parent has the time now
        return 0.0
    except psutil.Error:
        return NOT_KNOWN
    return float(times.user + times.system + times.children_user + times.children_system)
