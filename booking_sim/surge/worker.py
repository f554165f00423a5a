"""One worker process: plays its share of the buyers over its own connections, and reports to the parent.

The parent starts it as `booking_sim.processes` says. A worker never prints, and ends when the parent is gone.
"""

import contextlib
import gc
import sys
import time
from multiprocessing.connection import Connection
from selectors import EVENT_READ
from typing import TYPE_CHECKING, Any

import psycopg

from booking_sim.database import redact
from booking_sim.errors import BookingSimError
from booking_sim.surge.dispatcher import Dispatcher
from booking_sim.surge.loop import Loop
from booking_sim.surge.messages import Failed, Finished, Ready, Share, Start
from booking_sim.surge.recorder import Recorder

if TYPE_CHECKING:
    Channel = Connection[Any, Any]  # only the type checker knows it as a generic

_BATCH_S = 0.2
_SHUT_S = 30.0
"""How long all connections may be lost before there is no more hope."""


class Worker:
    """One worker's share of a surge, from opening its connections to closing them."""

    def __init__(self, channel: "Channel", share: Share) -> None:
        self._channel = channel
        self._loop = Loop()
        self._recorder = Recorder()
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
        gc.freeze()
        gc.disable()  # what a run leaves behind has no cycles, and a search for them would be latency of nobody's
        self._report()
        began_at, worked_s = time.monotonic(), time.process_time()
        try:
            while not self._dispatcher.is_done:
                self._loop.turn()
        finally:
            self._channel.send(self._recorder.take())
        return Finished((time.process_time() - worked_s) / (time.monotonic() - began_at))

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


def main(descriptor: int) -> None:
    """Do what the parent says over the pipe."""
    with Connection(descriptor) as channel, contextlib.suppress(EOFError, OSError):  # the parent is gone
        share = channel.recv()
        try:
            channel.send(Worker(channel, share).run())
        except (BookingSimError, psycopg.Error) as error:
            channel.send(Failed(redact(str(error)).splitlines()[0]))


if __name__ == "__main__":
    main(int(sys.argv[1]))
