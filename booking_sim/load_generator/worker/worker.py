"""One worker: plays its part of the buyers over its own connections, and reports to the parent.

It is one call of an executor, in a process or a thread that may serve others before and after. A worker never prints,
and ends when the parent is gone.
"""

import contextlib
import gc
import os
import signal
import threading
import time
from collections.abc import Iterator
from selectors import EVENT_READ
from typing import TYPE_CHECKING

import psycopg

from booking_sim.errors import BookingSimError
from booking_sim.load_generator.worker.dispatcher import Dispatcher
from booking_sim.load_generator.worker.event_loop import EventLoop
from booking_sim.load_generator.worker.messages import Failed, Finished, Ready, Start, WorkerAssignment
from booking_sim.load_generator.worker.recorder import Recorder
from booking_sim.load_generator.worker.rendezvous import connect_to_parent
from booking_sim.load_generator.worker.run_queue import time_in_run_queue
from booking_sim.redaction import redact

if TYPE_CHECKING:
    from booking_sim.processes import Channel

_BATCH_S = 0.2
_DISCONNECTED_S = 30.0
"""How long all connections may be lost before the worker gives up."""


class Worker:
    """One worker of a surge, from opening its connections to closing them.

    Args:
        channel: To the parent.
        assignment: What it has to do.
    """

    def __init__(self, channel: "Channel", assignment: WorkerAssignment) -> None:
        self._channel = channel
        self._loop = EventLoop()
        self._recorder = Recorder(assignment.worker)
        self._dispatcher = Dispatcher(assignment, self._loop, self._recorder)
        self._is_started = False
        self._is_stopped = False
        self._overdue_s = 0.0

    def run(self) -> Finished:
        """Connect, wait for the start, play the buyers, and send everything that happened.

        Raises:
            BookingSimError: A connection could not be opened, or all were lost for too long.
        """
        self._loop.selector.register(self._channel.fileno(), EVENT_READ, self._on_message)
        try:
            self._connect()
            self._channel.send(Ready(self._dispatcher.pool.warm_up_error))
            while not self._is_started and not self._is_stopped:
                self._loop.run_once()
            return self._play()
        finally:
            self._dispatcher.close()
            self._loop.close()

    def _connect(self) -> None:
        pool = self._dispatcher.pool
        pool.open()
        while not pool.is_complete and not self._is_stopped:
            self._loop.run_once()
            if pool.first_error:
                raise BookingSimError(pool.first_error)

    def _play(self) -> Finished:
        began_at, worked_s, queued_s = time.monotonic(), time.thread_time(), time_in_run_queue()
        self._report(began_at)
        try:
            while not self._dispatcher.is_done:
                self._loop.run_once()
                self._dispatcher.dispatch()
        finally:
            self._channel.send(self._recorder.take())
        worked_s = time.thread_time() - worked_s
        delayed_s = max(time_in_run_queue() - queued_s, self._overdue_s)
        elapsed_s = time.monotonic() - began_at
        return Finished(worked_s / elapsed_s, os.getpid(), worked_s, delayed_s / elapsed_s)

    def _on_message(self) -> None:
        """Start or stop, as the parent says; stop if it is gone."""
        with contextlib.suppress(EOFError, OSError):
            message = self._channel.recv()
            if isinstance(message, Start):
                self._dispatcher.start(message.at)
                self._is_started = True
                return
        self._loop.selector.unregister(self._channel.fileno())
        self._dispatcher.stop()
        self._is_stopped = True

    def _report(self, due: float) -> None:
        self._overdue_s += time.monotonic() - due  # a worker that was stopped comes to it as late as to everything else
        since = self._dispatcher.pool.disconnected_since
        if since is not None and time.monotonic() - since > _DISCONNECTED_S:
            raise BookingSimError(f"all its connections were lost. {self._dispatcher.pool.first_error}")
        self._channel.send(self._recorder.take())
        due = time.monotonic() + _BATCH_S
        self._loop.call_at(due, self._report, due)


def run_worker(address: str) -> None:
    """Do what the parent says that listens at an address of `booking_sim.load_generator.worker.rendezvous`."""
    with _undisturbed(), contextlib.suppress(EOFError, OSError), connect_to_parent(address) as channel:
        assignment = channel.recv()
        try:
            channel.send(Worker(channel, assignment).run())
        except (BookingSimError, psycopg.Error, OSError) as error:
            channel.send(Failed(redact(str(error)).splitlines()[0]))


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Ignore Ctrl-C, which the parent handles, and do not collect garbage; then restore both.

    A run leaves no reference cycles behind, and a collection would add to the latency of a request.
    """
    collects, is_main = gc.isenabled(), threading.current_thread() is threading.main_thread()
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN) if is_main else None
    gc.disable()
    try:
        yield
    finally:
        if collects:  # of several threads only the first saw it enabled, and all end at about the same time
            gc.enable()
        if is_main:
            signal.signal(signal.SIGINT, handler)
