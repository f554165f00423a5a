"""The embedded server lives as long as its users: each holds a lease, and the last to go stops the server.

A lease is a file with a lock that the kernel takes back when its process ends, however it ends: no lease outlives its
holder, and no process id is trusted. Beside each user stands a guardian, this very file run as a program: it sleeps on
the user's lock, and when the user is killed it does what the user no longer can. That is why this module imports
nothing of the package: the guardian is there while things are measured, and must cost next to nothing.
"""

import fcntl
import logging
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

_LOG = logging.getLogger(__name__)
STOP_SECONDS = 300
"""How long a server may take for its last checkpoint."""


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock: one process at a time starts, stops or counts."""
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


class Lease:
    """One user's claim on the server of a folder, from its making until `end` or the end of the process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pid = os.getpid()
        self._path = folder / "users" / f"{self._pid}-{secrets.token_hex(4)}"
        with locked(folder):
            self._path.parent.mkdir(mode=0o700, exist_ok=True)
            self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            fcntl.flock(self._file, fcntl.LOCK_EX)
            os.write(self._file, f"{Path(sys.argv[0]).name or 'python'} (process {self._pid})".encode())
        self._guardian = subprocess.Popen(
            [sys.executable, "-I", __file__, str(folder), str(self._path)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,  # Ctrl-C and a closed terminal are the user's, not the guardian's
        )

    def end(self) -> None:
        """Give the lease back and stop the server if nobody else holds one. In a forked child this does nothing."""
        if os.getpid() != self._pid:
            return
        with locked(self._folder):
            self._path.unlink(missing_ok=True)
            fcntl.flock(self._file, fcntl.LOCK_UN)  # closing alone would not do: a forked child may have it open too
            os.close(self._file)
            _stop_if_unused(self._folder)
        self._guardian.wait()


def users(folder: Path) -> list[str]:
    """Who holds a lease, in words; leases of the dead are cleared away. Call it under the lock."""
    return [path.read_text() for path in sorted(folder.glob("users/*")) if _is_held(path)]


def is_staying(folder: Path) -> bool:
    """Whether somebody asked the server to stay without users."""
    return (folder / "stay").exists()


def postmaster(data: Path) -> psutil.Process | None:
    """The running server of a data folder.

    The process id in the server's own file may be stale and belong to another process by now, so the command line has
    to name the folder too.
    """
    try:
        process = psutil.Process(int((data / "postmaster.pid").read_text().split("\n", 1)[0]))
        command = process.cmdline()
    except (OSError, ValueError, psutil.Error):
        return None
    return process if str(data) in command and Path(command[0]).name == "postgres" else None


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits for its parent to notice does not."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def stop(folder: Path) -> None:
    """Stop the server of a folder, rolling back what is open, and wait until it is gone."""
    process, recorded = postmaster(folder / "data"), folder / "socket-folder"
    if process is None:
        return
    with suppress(psutil.NoSuchProcess):
        process.send_signal(signal.SIGINT)
    _LOG.info("PostgreSQL in %s stops", folder)
    deadline = time.monotonic() + STOP_SECONDS
    while is_alive(process.pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    if recorded.exists():  # the socket was outside the folder, and is gone with the server
        with suppress(OSError):
            Path(recorded.read_text()).rmdir()
        recorded.unlink()


def _is_held(path: Path) -> bool:
    lease = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(lease, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        path.unlink()
        return False
    finally:
        os.close(lease)


def _stop_if_unused(folder: Path) -> None:
    if not users(folder) and not is_staying(folder):
        stop(folder)


def _guard(folder: Path, path: Path) -> None:
    with suppress(FileNotFoundError):
        fcntl.flock(os.open(path, os.O_RDONLY), fcntl.LOCK_SH)
    with locked(folder):
        _stop_if_unused(folder)


if __name__ == "__main__":
    _guard(Path(sys.argv[1]), Path(sys.argv[2]))
