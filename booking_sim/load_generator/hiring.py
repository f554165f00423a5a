"""Gets the workers of a surge from an executor, and knows what became of each."""

import socket
import time
from collections.abc import Iterable
from concurrent.futures import CancelledError, Executor, Future
from typing import TYPE_CHECKING, Any

from booking_sim.errors import BookingSimError
from booking_sim.load_generator.executor import FreshProcesses, ProcessEndedError
from booking_sim.load_generator.worker.doors import Doors
from booking_sim.load_generator.worker.worker import play

if TYPE_CHECKING:
    from booking_sim.processes import Channel

_ARRIVAL_S = 30.0
"""How long an executor of others may take to begin one more call, also on a machine that has much else to do."""
_END_S = 10.0
"""How long a call may take to end when its worker has."""


class Hiring:
    """One call of an executor for each worker: all of them have to run at once.

    Args:
        workers: Their numbers.
        executor: What runs them, on this machine; it stays as it is, for other uses. None: fresh processes.
    """

    def __init__(self, workers: Iterable[int], executor: Executor | None) -> None:
        self._own = FreshProcesses() if executor is None else None
        self._executor: Any = executor or self._own
        self._doors = Doors(workers)
        self._calls: dict[int, Future[None]] = {}
        self._came_at = time.monotonic()

    @property
    def doors(self) -> list[socket.socket]:
        """Where workers who have not come in yet will knock."""
        return list(self._doors.closed)

    def begin(self) -> None:
        """Make the calls.

        Raises:
            BookingSimError: The executor takes none.
        """
        try:
            for worker, address in self._doors.addresses.items():
                self._calls[worker] = self._executor.submit(play, address)
        except Exception as error:
            self.end()
            raise BookingSimError(f"The executor takes no calls ({_line(error)}). Give one that does.") from error

    def let_in(self, door: socket.socket) -> "tuple[int, Channel]":
        """Open a door at which somebody knocks: which worker it is, and the way to talk to it."""
        self._came_at = time.monotonic()
        return self._doors.let_in(door)

    def check(self) -> None:
        """See whether those who have not come in still may.

        Raises:
            BookingSimError: One will not, or none came for so long that there is no more hope.
        """
        missing = self._doors.closed.values()
        for worker in missing:
            if self._calls[worker].done():
                raise BookingSimError(f"The surge did not start. worker {worker}: {self.reason(worker)}")
        if self._own is None and missing and time.monotonic() - self._came_at > _ARRIVAL_S:
            wanted = len(self._calls)
            raise BookingSimError(
                f"workers={wanted} is more than the executor runs at once: it began {wanted - len(missing)} of them,"
                f" and no other for {_ARRIVAL_S:g} s. Give one that has room for {wanted}, or ask for fewer workers."
            )

    def reason(self, worker: int) -> str:
        """Why a worker left that said nothing about it; waits until its call has ended."""
        try:
            error = self._calls[worker].exception(_END_S)
        except (CancelledError, TimeoutError) as no_end:
            error = no_end
        if error is None:
            return "ended without a word; an executor has to make its calls on this machine"
        return str(error) if isinstance(error, ProcessEndedError) else _line(error)

    def refuse(self) -> None:
        """Let nobody in any more."""
        for worker in self._calls.keys() & set(self._doors.closed.values()):
            self._calls.pop(worker).cancel()
        self._doors.remove()

    def end(self) -> list[int]:
        """End those that are left, whom nobody listens to any more.

        Returns:
            Those that will not end: nobody but their executor could make them.
        """
        self.refuse()
        if self._own is not None:
            self._own.shutdown(cancel_futures=True)
            return []
        deadline = time.monotonic() + _END_S
        return [worker for worker, call in self._calls.items() if not _ends(call, deadline)]


def _ends(call: "Future[None]", deadline: float) -> bool:
    try:
        call.exception(max(0.0, deadline - time.monotonic()))
    except TimeoutError:
        return False
    return True


def _line(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0]
