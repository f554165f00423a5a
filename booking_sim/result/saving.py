"""How every kind of result is saved: its files, a chart, and last a manifest that says what is there."""

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from matplotlib.figure import Figure

from booking_sim.errors import BookingSimError
from booking_sim.result.folder import FORMAT, MANIFEST, reserve_dir, write_manifest
from booking_sim.result.steps import Steps

_CHECKSUM = "sha256"


class Saved(ABC):
    """A result that can be saved: files, a manifest and a chart."""

    chart_name: ClassVar[str]

    @abstractmethod
    def chart(self) -> Figure:
        """Draw the result in one picture."""

    @abstractmethod
    def _writers(self) -> Mapping[str, Callable[[Path], None]]:
        """How each of its files is written, by the file's name."""

    @abstractmethod
    def _description(self) -> Mapping[str, Any]:
        """All the rest, as JSON can hold it."""

    @abstractmethod
    def add_problems(self, problems: Sequence[str]) -> None:
        """Keep what could not be saved, and why, a line each."""

    def save(self, folder: str | Path) -> Path:
        """Save the result: a Parquet file for each frame, a chart, and all the rest in manifest.json.

        Args:
            folder: Where; made if missing.

        Returns:
            The folder.

        Raises:
            BookingSimError: The folder cannot be written to, or contains a result.
        """
        folder, steps = reserve_dir(Path(folder)), Steps()
        self.save_in(folder, steps)
        if steps.problems:
            raise BookingSimError(f"The result in '{folder}' is not complete. {'; '.join(steps.problems)}.")
        return folder

    def save_in(self, folder: Path, steps: Steps) -> None:
        """Save the result in a folder that is reserved for it.

        What cannot be written is left out, and the manifest says so. If the manifest cannot be written, the one that is
        there stays, which says that the run did not end.

        Args:
            folder: Where.
            steps: Which take each file as a step, and keep what failed.
        """
        files: dict[str, str] = {}
        for name, write in {**self._writers(), self.chart_name: self._write_chart}.items():
            steps.take(name, partial(_write, write, folder / name, files), None)
            if name not in files:
                remove = partial((folder / name).unlink, missing_ok=True)
                steps.take(f"the removal of {name}", remove, None, always=True)
        self.add_problems(steps.problems)
        known = len(steps.problems)
        steps.take(f"the end of {MANIFEST}", partial(self._write_manifest, folder, files), None, always=True)
        self.add_problems(steps.problems[known:])

    def _write_manifest(self, folder: Path, files: Mapping[str, str]) -> None:
        about = {**self._description(), "format": FORMAT, "finished": True, "files": files}
        write_manifest(folder, {**about, _CHECKSUM: fingerprint(about)})

    def _write_chart(self, path: Path) -> None:
        self.chart().savefig(path, dpi=150)


def _write(write: Callable[[Path], None], path: Path, files: dict[str, str]) -> None:
    write(path)
    files[path.name] = checksum(path)


def checksum(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fingerprint(manifest: Mapping[str, Any]) -> str:
    """The SHA-256 of a manifest, without the key that holds it."""
    text = json.dumps({name: value for name, value in manifest.items() if name != _CHECKSUM})
    return hashlib.sha256(json.dumps(json.loads(text), sort_keys=True).encode()).hexdigest()


def is_unchanged(manifest: Mapping[str, Any]) -> bool:
    """Whether a manifest is as it was written."""
    return manifest.get(_CHECKSUM) == fingerprint(manifest)
