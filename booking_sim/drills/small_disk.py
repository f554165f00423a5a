"""A server on a disk of its own that can be full: a small file system in memory, which only root can mount."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from booking_sim.drills.fault import NotShown
from booking_sim.drills.server import DrillServer
from booking_sim.errors import BookingSimError

_MIB: Final = 1024**2
_SIZE: Final = 1024 * _MIB
"""At most; memory is used only for what is written."""
_TRIES: Final = 100


@contextmanager
def small_disk() -> Iterator[DrillServer]:
    """Run a server on a disk that `fill` fills.

    Raises:
        NotShown: Nothing can be mounted here.
    """
    with tempfile.TemporaryDirectory(prefix="booking_sim-disk-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        refused = _mount(folder, _SIZE, "mode=0711")
        if refused:
            raise NotShown(f"a small file system cannot be mounted: {refused}")
        try:
            with DrillServer(folder) as server:
                yield server
        finally:
            subprocess.run(["umount", str(folder)], check=True, capture_output=True)


def fill(server: DrillServer) -> None:
    """Leave no room on the disk of a server of `small_disk`.

    Raises:
        BookingSimError: The server writes too fast for it.
    """
    disk = server.folder.parent
    for _ in range(_TRIES):  # less than what is in use is refused, and the server goes on writing
        if not _mount(disk, shutil.disk_usage(disk).used, "remount"):
            return
    raise BookingSimError(f"The disk in {disk} cannot be made full.")


def free(server: DrillServer) -> None:
    """Leave room on it again.

    Raises:
        BookingSimError: It is refused.
    """
    refused = _mount(server.folder.parent, _SIZE, "remount")
    if refused:
        raise BookingSimError(f"The disk in {server.folder.parent} cannot be made larger: {refused}.")


def _mount(folder: Path, size: int, option: str) -> str:
    """Mount a file system in memory, or change its size; what refused it, empty if nothing did."""
    if os.geteuid() != 0:
        return "only root can do that"
    if not shutil.which("mount"):
        return "there is no program 'mount'"
    command = ["mount", "-t", "tmpfs", "-o", f"{option},size={size}", "booking_sim-drill", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else " ".join(done.stderr.split()) or f"mount exited with {done.returncode}"
