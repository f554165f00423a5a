"""A server whose clock can be set while it runs, by libfaketime; the clock of the machine stays as it is."""

import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from booking_sim.drills.fault import NotShown
from booking_sim.drills.server import DrillServer

_LIBRARY: Final = "faketime/libfaketime.so.1"
_FOLDERS: Final = ("/usr/lib", "/usr/lib64", "/usr/lib/*-linux-gnu", "/usr/local/lib", f"{sys.prefix}/lib")
_SHARED_MEMORY: Final = Path("/dev/shm")  # noqa: S108  libfaketime's place, not ours
_FILE: Final = "clock"
"""Beside the server's folder: by how many seconds its clock is wrong."""


class _Preloaded(DrillServer):
    """A server with the library, and the shared memory that this takes at each start."""

    def __init__(self, within: Path, environment: Mapping[str, str]) -> None:
        super().__init__(within, environment)
        self._shared: set[str] = set()

    def start(self) -> None:
        """Start it, if it does not run, and note what the library takes."""
        super().start()
        self._shared.update(self.processes()[0].environ().get("FAKETIME_SHARED", "").split())

    def give_back(self) -> None:
        """Remove what the library forgets, up to version 0.9.10."""
        for name in self._shared:
            for prefix in ("", "sem."):
                (_SHARED_MEMORY / f"{prefix}{name.lstrip('/')}").unlink(missing_ok=True)


@contextmanager
def settable_clock() -> Iterator[DrillServer]:
    """Run a server whose clock `set_clock` sets.

    Raises:
        NotShown: There is no libfaketime on this machine.
    """
    library = _find()
    with tempfile.TemporaryDirectory(prefix="booking_sim-clock-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        _write(folder, 0)
        environment = {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(folder / _FILE),
            "FAKETIME_NO_CACHE": "1",  # the file is read each time
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",  # as when a clock is set: what waits goes on waiting
            "NO_FAKE_STAT": "1",
            "FAKETIME_DISABLE_SHM": "1",
        }
        server = _Preloaded(folder, environment)
        try:
            with server:
                yield server
        finally:
            server.give_back()


def set_clock(server: DrillServer, seconds: float) -> None:
    """Set the clock of a server of `settable_clock`.

    Args:
        server: Which.
        seconds: By how much it shows more than the machine's clock.
    """
    _write(server.folder.parent, seconds)


def _find() -> Path:
    for folder in _FOLDERS:
        found = next(Path("/").glob(f"{folder.lstrip('/')}/{_LIBRARY}"), None)
        if found:
            return found
    raise NotShown("libfaketime, which sets the clock of one program, is not installed")


def _write(folder: Path, seconds: float) -> None:
    """In one step: the server may read it at any time."""
    new = folder / f"{_FILE}.new"
    new.write_text(f"{seconds:+g}")
    new.chmod(0o644)
    new.replace(folder / _FILE)
