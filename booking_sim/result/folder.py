"""The folder that a result is kept in: what its files are called, and whether one can be written there."""

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from booking_sim.errors import BookingSimError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ATTEMPTS = "attempts.parquet"
HOLDS = "holds.parquet"
INVENTORY = "inventory.parquet"
MANIFEST = "manifest.json"
CHART = "surge.png"


def claim(folder: Path) -> Path:
    """Make sure that a result can be written to a folder, and make the folder if it is missing.

    Raises:
        BookingSimError: It cannot be written to, or holds a result.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise BookingSimError(
            f"Cannot write to '{folder}' ({error.strerror}): name a folder that you can write to."
        ) from None
    if (folder / MANIFEST).exists():
        raise BookingSimError(f"'{folder}' holds a result, which is kept: name another folder.")
    return folder


@contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """Claim a folder while its result is being made; if none is, a folder made for it goes again."""
    made = not folder.exists()
    claim(folder)
    try:
        yield
    except BaseException:
        if made:
            folder.rmdir()
        raise


def seal(folder: Path, manifest: Mapping[str, Any], chart: "Figure", chart_name: str) -> None:
    """Write last what says that a folder holds a result: the manifest, and a chart beside it."""
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    chart.savefig(folder / chart_name, dpi=150)
