"""One worker: plays its share of the buyers over its own connections, and reports to the parent.

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

from booking_sim.database import redact
from booking_sim.errors import BookingSimError
from booking_sim.load_generator.worker.dispatcher import Dispatcher
from booking_sim.load_generator.worker.doors import come_in
from booking_sim.load_generator.worker.loop import Loop
from booking_sim.load_generator.worker.messages import Failed, Finished, Ready, Share, Start
from booking_sim.load_generator.worker.recorder import Recorder

if TYPE_CHECKING:
    from booking_sim.processes import Channel

_BATCH_S = 0.2
_SHUT_S = 30.0
"""How long all connections may be lost before there is no more hope."""


class Worker:
    """One worker's share of a surge, from opening its connections to closing them."""

    def __init__(self, channel: "Channel", share: Share) -> None:
        self._channel = channel
        self._loop = Loop()
        self._recorder = Recorder(share.worker)
        self._dispatcher = Dispatcher(share, self._loop, self._recorder)
        self._is_started = False
        self._is_stopped = False

    def run(self) -> Finished:
        """Connect, wait for the start, play the buyers, and send everything that happened.

        Raises:
            BookingSimError: A connection could not be opened, or all were lost for so long that there is no more hope.
        """
        self._loop.selector.register(self._channel.fileno(), EVENT_READ, self._listen)
        try:
            self._connect()
            self._channel.send(Ready())
            while not self._is_started and not self._is_stopped:
                self._loop.turn()
            return self._play()
        finally:
            self._dispatcher.close()
            self._loop.close()

    def _connect(self) -> None:
        pool = self._dispatcher.pool
        pool.open()
        while not pool.is_complete and not self._is_stopped:
            self._loop.turn()
            if pool.refusal:
                raise BookingSimError(pool.refusal)

    def _play(self) -> Finished:
        self._report()
        began_at, worked_s = time.monotonic(), time.thread_time()
        try:
            while not self._dispatcher.is_done:
                self._loop.turn()
                self._dispatcher.dispatch()
        finally:
            self._channel.send(self._recorder.take())
        return Finished((time.thread_time() - worked_s) / (time.monotonic() - began_at), os.getpid())

    def _listen(self) -> None:
        """Hear the parent: Start or Stop; or nothing more, because it is gone."""
        with contextlib.suppress(EOFError, OSError):
            message = self._channel.recv()
            if isinstance(message, Start):
                self._dispatcher.start(message.at)
                self._is_started = True
                return
        self._loop.selector.unregister(self._channel.fileno())
        self._dispatcher.stop()
        self._is_stopped = True

    def _report(self) -> None:
        shut_since = self._dispatcher.pool.shut_since
        if shut_since is not None and time.monotonic() - shut_since > _SHUT_S:
            raise BookingSimError(f"all its connections were lost. {self._dispatcher.pool.refusal}")
        self._channel.send(self._recorder.take())
        self._loop.at(time.monotonic() + _BATCH_S, self._report)


def play(address: str) -> None:
    """Do what the parent says who is to be met at an address of `booking_sim.load_generator.worker.doors`."""
    with _undisturbed(), contextlib.suppress(EOFError, OSError), come_in(address) as channel:  # if the parent is there
        share = channel.recv()
        try:
            channel.send(Worker(channel, share).run())
        except (BookingSimError, psycopg.Error, OSError) as error:
            channel.send(Failed(redact(str(error)).splitlines()[0]))


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Let neither Ctrl-C, which the parent hears, nor a search for garbage get in the way; then all is as it was.

    What a run leaves behind has no cycles, and a search for them would be latency of nobody's.
    """
    collects, is_main = gc.isenabled(), threading.current_thread() is threading.main_thread()
    heard = signal.signal(signal.SIGINT, signal.SIG_IGN) if is_main else None
    gc.disable()
    try:
        yield
    finally:
        if collects:  # of several threads the one that came first says so, and none goes on much longer than another
            gc.enable()
        if is_main:
            signal.signal(signal.SIGINT, heard)
