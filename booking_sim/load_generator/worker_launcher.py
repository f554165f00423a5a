"""Starts the workers of a surge with an executor, and knows how each of them ended."""

import socket
import time
from collections.abc import Iterable
from concurrent.futures import CancelledError, Executor, Future
from typing import TYPE_CHECKING, Any

from booking_sim.errors import BookingSimError
from booking_sim.load_generator.process_executor import ProcessEndedError, ProcessPerCallExecutor
from booking_sim.load_generator.worker.rendezvous import Rendezvous
from booking_sim.load_generator.worker.worker import run_worker

if TYPE_CHECKING:
    from booking_sim.processes import Channel

_CONNECT_S = 30.0
"""How long a foreign executor may take to begin one more call, also on a busy machine."""
_END_S = 10.0
"""How long a call may take to return when its worker has ended."""


class WorkerLauncher:
    """One call of an executor for each worker: all of them have to run at the same time.

    Args:
        workers: Their numbers.
        executor: What runs them, on this machine; it stays usable. None: a process for each.
    """

    def __init__(self, workers: Iterable[int], executor: Executor | None) -> None:
        self._own = ProcessPerCallExecutor() if executor is None else None
        self._executor: Any = executor or self._own
        self._rendezvous = Rendezvous(workers)
        self._calls: dict[int, Future[None]] = {}
        self._last_connected_at = time.monotonic()

    @property
    def listeners(self) -> list[socket.socket]:
        """The sockets that no worker has connected to yet."""
        return list(self._rendezvous.listeners)

    def launch(self) -> None:
        """Make the calls.

        Raises:
            BookingSimError: The executor accepts none.
        """
        try:
            for worker, address in self._rendezvous.addresses.items():
                self._calls[worker] = self._executor.submit(run_worker, address)
        except Exception as error:
            self.end()
            raise BookingSimError(
                f"The executor accepts no calls ({_line(error)}). Pass an executor that is open."
            ) from error

    def accept(self, listener: socket.socket) -> "tuple[int, Channel]":
        """Accept the connection of a worker: its number, and the channel to it."""
        self._last_connected_at = time.monotonic()
        return self._rendezvous.accept(listener)

    def check(self) -> None:
        """Check whether the workers that have not connected may still do so.

        Raises:
            BookingSimError: One has ended, or none connected for too long.
        """
        missing = self._rendezvous.listeners.values()
        for worker in missing:
            if self._calls[worker].done():
                raise BookingSimError(f"The surge did not start. worker {worker}: {self.reason(worker)}")
        if self._own is None and missing and time.monotonic() - self._last_connected_at > _CONNECT_S:
            wanted = len(self._calls)
            raise BookingSimError(
                f"The executor runs fewer calls at the same time than workers={wanted}: it began"
                f" {wanted - len(missing)}, and no other for {_CONNECT_S:g} s."
                f" Pass an executor with room for {wanted}, or use fewer workers."
            )

    def reason(self, worker: int) -> str:
        """Why a worker ended without a message; waits until its call has returned."""
        try:
            error = self._calls[worker].exception(_END_S)
        except (CancelledError, TimeoutError) as no_end:
            error = no_end
        if error is None:
            return "ended without a message; an executor has to run its calls on this machine"
        return str(error) if isinstance(error, ProcessEndedError) else _line(error)

    def cancel_pending(self) -> None:
        """Accept no more workers, and cancel the calls of those that have not connected."""
        for worker in self._calls.keys() & set(self._rendezvous.listeners.values()):
            self._calls.pop(worker).cancel()
        self._rendezvous.close()

    def end(self) -> list[int]:
        """End the workers that are left, after their channels were closed.

        Returns:
            Those that do not end: only their executor could end them.
        """
        self.cancel_pending()
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
