"""The results that are kept in a folder: found by name and tags, and removed when they are too many."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from booking_sim.result.folder import MANIFEST, PAGE, STREAM

PARENT: Final = Path("results")
"""Where results are kept if nothing else is said."""


@dataclass(frozen=True, slots=True)
class KeptResult:
    """A folder with a result, known by its manifest alone.

    Attributes:
        folder: Where it is.
        manifest: What is in its manifest.
    """

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def made_by(self) -> str:
        """What made it: "surge", "comparison"; empty if its run ended before its first call."""
        return str(self.manifest.get("result_of", ""))

    @property
    def is_finished(self) -> bool:
        """Whether the run ended; if not, it was killed, or is still at work."""
        return bool(self.manifest.get("finished", True))

    @property
    def started_at(self) -> str:
        """When it began, in ISO 8601; empty if it ended before its first call."""
        return str(self.manifest.get("started_at", ""))

    @property
    def name(self) -> str:
        """What the user calls it; empty if nothing."""
        return str(self.manifest.get("name", ""))

    @property
    def tags(self) -> Mapping[str, str]:
        """What the user wrote down about it, by key."""
        tags: Mapping[str, str] = self.manifest.get("tags", {})
        return tags

    @property
    def headline(self) -> str:
        """The result, in one line."""
        return str(self.manifest.get("headline", "it did not end: it was killed, or is still at work"))

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(path.stat().st_size for path in self.folder.iterdir() if path.is_file())

    def to_dict(self) -> dict[str, Any]:
        """What is known of it, as JSON can hold it."""
        return {
            "folder": str(self.folder),
            "made_by": self.made_by,
            "finished": self.is_finished,
            "started_at": self.started_at,
            "name": self.name,
            "tags": dict(self.tags),
            "headline": self.headline,
            "summary": self.manifest.get("summary", {}),
            "bytes": self.size,
        }

    def remove(self) -> list[str]:
        """Remove its files, and the folder if nothing else is in it.

        The manifest goes last: what is cut short can be repeated.

        Returns:
            The names of other files in the folder, which stay.

        Raises:
            OSError: A file cannot be removed.
        """
        for name in [*self.manifest.get("files", {}), STREAM, PAGE, MANIFEST]:
            (self.folder / Path(name).name).unlink(missing_ok=True)
        left = sorted(path.name for path in self.folder.iterdir())
        if not left:
            self.folder.rmdir()
        return left


def kept_results(
    parent: Path = PARENT, *, name: str | None = None, tags: Mapping[str, str] | None = None
) -> list[KeptResult]:
    """Find the results in the folders of a folder.

    Args:
        parent: The folder.
        name: Only those of this name; None: all.
        tags: Only those with these tags.

    Returns:
        The newest first.
    """
    found = [result for path in parent.glob(f"*/{MANIFEST}") if (result := _read(path)) is not None]
    chosen = [
        result for result in found if name in {None, result.name} and (tags or {}).items() <= {**result.tags}.items()
    ]
    return sorted(chosen, key=lambda result: (result.started_at, result.folder.name), reverse=True)


def prune(results: Sequence[KeptResult], keep: int) -> list[KeptResult]:
    """Choose what to remove: finished results, but for the newest.

    Args:
        results: The newest first.
        keep: How many finished ones stay.
    """
    return [result for result in results if result.is_finished][keep:]


def _read(path: Path) -> KeptResult | None:
    """A result by the path of its manifest; None if it is none of ours."""
    with suppress(OSError, ValueError):
        manifest = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(manifest, dict) and "format" in manifest:
            return KeptResult(path.parent, manifest)
    return None
