"""The folder of a result: reserved before a run begins, so that no two runs write to one folder."""

import errno
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, Final

from booking_sim.errors import BookingSimError

ATTEMPTS: Final = "attempts.parquet"
STREAM: Final = "attempts.arrows"
"""The attempts while the run goes on, and afterwards if they could not be written to ATTEMPTS."""
HOLDS: Final = "holds.parquet"
INVENTORY: Final = "inventory.parquet"
MANIFEST: Final = "manifest.json"
CHART: Final = "surge.png"
PAGE: Final = "report.html"
"""The report, where nobody names another file."""

FORMAT: Final = 5
"""The version of the format of folders and their manifests; `load` reads no other."""


def make_dir(folder: Path) -> Path:
    """Make a folder, with those above it, if it is missing.

    Returns:
        The folder.

    Raises:
        BookingSimError: It cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _cannot_write(folder, error) from None
    return folder


def reserve_dir(folder: Path) -> Path:
    """Reserve a folder for one result: make it, and put a manifest into it that says that nothing is finished.

    Of several processes that reserve the same folder at the same time, one gets it.

    Args:
        folder: Which; made if it is missing, with those above it.

    Returns:
        The folder.

    Raises:
        BookingSimError: It cannot be written to, or it contains a result or the beginning of one.
    """
    make_dir(folder)
    try:
        with (folder / MANIFEST).open("x", encoding="utf-8") as manifest:
            json.dump({"format": FORMAT, "finished": False}, manifest)
    except OSError as error:
        if (folder / MANIFEST).exists():
            raise BookingSimError(f"'{folder}' contains a result, which is kept: name another folder.") from None
        raise _cannot_write(folder, error) from None
    return folder


def _cannot_write(folder: Path, error: OSError) -> BookingSimError:
    return BookingSimError(f"Cannot write to '{folder}' ({error.strerror}): name a folder that you can write to.")


@contextmanager
def reserved_dir(folder: Path | None, what: str) -> Iterator[Path]:
    """Reserve a folder while its result is being made; it is removed again if nothing else was written into it.

    Args:
        folder: As `reserve_dir`; None: a new one below results/, named after the time.
        what: What makes the result, such as "surge": the end of a new folder's name.

    Yields:
        The folder.

    Raises:
        BookingSimError: As `reserve_dir`.
    """
    was_there = folder is not None and folder.exists()
    folder = _reserve_new_dir(what) if folder is None else reserve_dir(folder)
    try:
        yield folder
    except BaseException:
        if [path.name for path in folder.iterdir()] == [MANIFEST]:
            (folder / MANIFEST).unlink()
        if not was_there and not any(folder.iterdir()):
            folder.rmdir()
        raise


def _reserve_new_dir(what: str) -> Path:
    """Reserve the first free name of results/TIME-what, results/TIME-what-2, and so on."""
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{what}"
    for number in count(1):
        folder = Path("results") / (name if number == 1 else f"{name}-{number}")
        try:
            return reserve_dir(folder)
        except BookingSimError:
            if not (folder / MANIFEST).exists():
                raise
    raise AssertionError


def write_manifest(folder: Path, manifest: Mapping[str, Any], room: int = 0) -> None:
    """Put a manifest in the place of the one that is in a folder; at every moment, one of the two is there whole.

    Where the disk is full, it is written over the other one, if that has room for it.

    Args:
        folder: Which.
        manifest: All of it.
        room: How many bytes the file has at least, so that a later manifest finds space when nothing else does.

    Raises:
        OSError: It cannot be written; the one that was there stays.
    """
    text = (json.dumps(dict(manifest), indent=2) + "\n").encode()
    path, part = folder / MANIFEST, folder / f"{MANIFEST}.part"
    try:
        part.write_bytes(text.ljust(room))
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        if error.errno not in {errno.ENOSPC, errno.EDQUOT} or len(text) > path.stat().st_size:
            raise
        with path.open("r+b") as file:
            file.write(text)
            file.truncate()
