"""Where the workers of a surge come in, whatever executor runs them: a door each, a socket on this machine.

The doors are in a folder that only this user can open, so no key has to travel through the executor. Each lets in one
worker, once: an executor that lost a call and makes it again finds the door gone.
"""

import os
import shutil
import socket
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from multiprocessing.connection import Client, Connection
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from booking_sim.processes import Channel

_LONGEST_FOLDER = 70
"""Bytes of a folder for temporary files in which the address of a door still fits: macOS allows 103 for all of it."""


class Doors:
    """A door for each worker.

    Args:
        workers: Their numbers.

    Attributes:
        addresses: Where each worker comes in: what `come_in` takes.
        closed: The doors that nobody has come through yet, and for whom they are.
    """

    def __init__(self, workers: Iterable[int]) -> None:
        fits = len(os.fsencode(tempfile.gettempdir())) <= _LONGEST_FOLDER
        self._folder = Path(tempfile.mkdtemp(prefix="booking_sim-", dir=None if fits else "/tmp"))  # noqa: S108  a name of its own there
        self.addresses = {worker: str(self._folder / str(worker)) for worker in workers}
        self.closed = {_door(address): worker for worker, address in self.addresses.items()}

    def let_in(self, door: socket.socket) -> "tuple[int, Channel]":
        """Open a door at which somebody knocks: which worker it is, and the way to talk to it."""
        visitor, _ = door.accept()
        worker = self.closed.pop(door)
        door.close()
        Path(self.addresses[worker]).unlink()
        if not self.closed:
            self.remove()
        return worker, Connection(visitor.detach())

    def remove(self) -> None:
        """Let nobody in any more; who knocked in vain is sent away."""
        shutil.rmtree(self._folder, ignore_errors=True)
        for door in self.closed:
            door.setblocking(False)  # noqa: FBT003  the name of the method says what it is
            with door, suppress(BlockingIOError):
                while True:
                    door.accept()[0].close()  # a fork of this process keeps the door, and whoever stands there waiting
        self.closed.clear()


def come_in(address: str) -> "Channel":
    """A worker's way to talk to the parent.

    Raises:
        OSError: There is no such door, or no longer.
    """
    return Client(address, "AF_UNIX")


def _door(address: str) -> socket.socket:
    door = socket.socket(socket.AF_UNIX)
    door.bind(address)
    door.listen(1)
    return door
