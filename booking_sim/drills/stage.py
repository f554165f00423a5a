"""What a fault has to do with: the server, the surge that runs on it, and the chance that its seed gives."""

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from random import Random
from typing import Any, Final

import psutil
from psycopg import Connection

from booking_sim.drills.proxy import Proxy
from booking_sim.drills.server import DrillServer
from booking_sim.errors import BookingSimError
from booking_sim.queries import load

_PATIENCE_S: Final = 60.0
_POLL_S: Final = 0.01

WORKER: Final = "booking_sim.load_generator.worker.worker.run_worker"
OBSERVER: Final = "booking_sim.observer.watcher"


@dataclass(frozen=True, slots=True)
class Stage:
    """A surge that runs, and everything around it.

    Attributes:
        server: Its server.
        proxy: Through which it reaches the server, if the fault is one of the network.
        surge: Its process.
        random: What the seed of the drill gives.
    """

    server: DrillServer
    proxy: Proxy
    surge: "subprocess.Popen[str]"
    random: Random

    def parts(self, word: str) -> list[psutil.Process]:
        """The processes that the surge started with a word in their command line: WORKER or OBSERVER.

        Raises:
            BookingSimError: There is none.
        """
        children = psutil.Process(self.surge.pid).children()
        parts = sorted((child for child in children if word in child.cmdline()), key=lambda child: child.pid)
        if not parts:
            raise BookingSimError(f"No process of the surge has {word} in its command line.")
        return parts

    def wait(self, what: str, condition: Callable[[], Any]) -> Any:
        """Wait until something is so.

        Args:
            what: What is waited for, in words.
            condition: Whether it is so.

        Returns:
            What the condition gave.

        Raises:
            BookingSimError: It did not come, or the surge ended before.
        """
        deadline = time.monotonic() + _PATIENCE_S
        while not (found := condition()):
            if self.surge.poll() is not None or time.monotonic() > deadline:
                raise BookingSimError(f"The drill waited for {what}, which never came.")
            time.sleep(_POLL_S)
        return found

    def pause(self, seconds: float) -> None:
        """Let time go by, or the surge end."""
        with suppress(subprocess.TimeoutExpired):
            self.surge.wait(seconds)

    @contextmanager
    def blocked(self) -> Iterator[tuple[Connection[Any], list[int]]]:
        """Let reserves wait for a lock while inside.

        Yields:
            A connection, and the server processes of the calls that wait; one at least.
        """
        with self.server.connect() as connection, self.server.connect() as other, other.transaction():
            other.execute(load("drill/lock_intents"))
            waiting = self.wait("a call that waits for a lock", lambda: self.waiting(connection))
            yield connection, waiting

    def waiting(self, connection: Connection[Any]) -> list[int]:
        """The server processes of the surge's calls that wait for a lock."""
        return [pid for pid, is_waiting in connection.execute(load("drill/workers")) if is_waiting]
