"""One worker process: plays its share of the buyers over its own connections, and reports to the parent.

The parent starts it as `booking_sim.processes` says. A worker never prints, and ends when the parent is gone.
"""

import asyncio
import contextlib
import gc
import sys
import time
from collections import deque
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

import psycopg

from booking_sim.database import redact
from booking_sim.errors import BookingSimError
from booking_sim.surge.buyer import buy
from booking_sim.surge.line import Line
from booking_sim.surge.messages import Failed, Finished, Ready, Share, Start
from booking_sim.surge.recorder import Recorder

if TYPE_CHECKING:
    Channel = Connection[Any, Any]  # only the type checker knows it as a generic

_BATCH_S = 0.2
_GRACE_S = 1.0
"""How long calls under way may take to be answered after Stop; then they are cancelled."""


class Worker:
    """One worker's share of a surge, from opening its connections to closing them."""

    def __init__(self, channel: "Channel", share: Share) -> None:
        self._channel = channel
        self._seed, self._retry = share.scenario.seed, share.retry
        self._buyers = deque(share.buyers)
        self._recorder = Recorder()
        self._lines = [Line(share, number, self._recorder) for number in share.connections]
        self._started = asyncio.Event()
        self._stopped = asyncio.Event()

    async def run(self) -> None:
        """Connect, wait for the start, play the buyers, and send everything that happened.

        Raises:
            BookingSimError: a connection could not be opened, or all were lost with buyers still to come.
        """
        asyncio.get_running_loop().add_reader(self._channel.fileno(), self._listen)
        try:
            await asyncio.gather(*(line.open() for line in self._lines))
            self._channel.send(Ready())
            await self._started.wait()
            await self._play()
            self._channel.send(self._recorder.take())
        finally:
            await asyncio.gather(*(line.close() for line in self._lines), return_exceptions=True)
        if self._buyers:
            raise BookingSimError(f"all its connections were lost, with {len(self._buyers):,} buyers still to come")

    def _listen(self) -> None:
        """Hear the parent: Start or Stop; or nothing more, because it is gone."""
        with contextlib.suppress(EOFError, OSError):
            message = self._channel.recv()
            if isinstance(message, Start):
                for line in self._lines:
                    line.started_at = message.at
                self._started.set()
                return
        asyncio.get_running_loop().remove_reader(self._channel.fileno())
        self._buyers.clear()
        self._started.set()
        self._stopped.set()

    async def _play(self) -> None:
        gc.freeze()  # what was imported need not be looked through during the run
        await asyncio.sleep(self._lines[0].started_at - time.monotonic())
        playing = asyncio.create_task(self._serve_all())
        reporting = asyncio.create_task(self._report())
        stopped = asyncio.create_task(self._stopped.wait())
        await asyncio.wait({playing, stopped}, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait({playing}, timeout=_GRACE_S)
        for task in (playing, reporting, stopped):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _serve_all(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            for line in self._lines:
                tasks.create_task(self._serve(line))

    async def _serve(self, line: Line) -> None:
        """Let one buyer after the other use a connection, until nobody is left or it is lost for good."""
        while self._buyers and line.is_open:
            await buy(self._buyers.popleft(), line, self._seed, self._retry)
            self._recorder.buyer_done()

    async def _report(self) -> None:
        while True:
            await asyncio.sleep(_BATCH_S)
            self._channel.send(self._recorder.take())


async def _work(channel: "Channel", share: Share) -> None:
    await Worker(channel, share).run()


def main(descriptor: int) -> None:
    """Do what the parent says over the pipe."""
    with Connection(descriptor) as channel, contextlib.suppress(EOFError, OSError):  # the parent is gone
        share = channel.recv()
        try:
            asyncio.run(_work(channel, share))
        except (BookingSimError, psycopg.Error) as error:
            channel.send(Failed(redact(str(error)).splitlines()[0]))
        else:
            channel.send(Finished())


if __name__ == "__main__":
    main(int(sys.argv[1]))
