"""Where the workers of a surge connect to the parent, whatever executor runs them: one listening socket for each.

The sockets are in a folder that only this user can open, so no key has to travel through the executor. Each accepts one
worker, once: if an executor repeats a lost call, the socket is gone.
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
"""Bytes of a folder for temporary files in which the address of a socket still fits: macOS allows 103 for all of it."""


class Rendezvous:
    """A listening socket for each worker.

    Args:
        workers: Their numbers.

    Attributes:
        addresses: Where each worker connects: the argument of `connect_to_parent`.
        listeners: The sockets that no worker has connected to yet, and the workers that they are for.
    """

    def __init__(self, workers: Iterable[int]) -> None:
        fits = len(os.fsencode(tempfile.gettempdir())) <= _LONGEST_FOLDER
        self._folder = Path(tempfile.mkdtemp(prefix="booking_sim-", dir=None if fits else "/tmp"))  # noqa: S108  a name of its own there
        self.addresses = {worker: str(self._folder / str(worker)) for worker in workers}
        self.listeners = {_listen(address): worker for worker, address in self.addresses.items()}

    def accept(self, listener: socket.socket) -> "tuple[int, Channel]":
        """Accept the connection of a worker: its number, and the channel to it."""
        connected, _ = listener.accept()
        worker = self.listeners.pop(listener)
        listener.close()
        Path(self.addresses[worker]).unlink()
        if not self.listeners:
            self.close()
        return worker, Connection(connected.detach())

    def close(self) -> None:
        """Accept no more workers; those that wait to be accepted are disconnected."""
        shutil.rmtree(self._folder, ignore_errors=True)
        for listener in self.listeners:
            listener.setblocking(False)  # noqa: FBT003  the name of the method says what it is
            with listener, suppress(BlockingIOError):
                while True:  # a fork of this process keeps the socket open, and with it those that wait
                    listener.accept()[0].close()
        self.listeners.clear()


def connect_to_parent(address: str) -> "Channel":
    """Connect a worker to the parent.

    Raises:
        OSError: No parent listens there, or no longer.
    """
    return Client(address, "AF_UNIX")


def _listen(address: str) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen(1)
    return listener
