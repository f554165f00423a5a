"""The attempts of a run, wherever they are: in memory or in a file, whole or only the columns that are needed."""

import shutil
import weakref
from pathlib import Path
from typing import cast

import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]  # it brings no types

from booking_sim.records import columns


class RecordedAttempts:
    """The attempts of a run.

    Args:
        source: A frame of them; or a file that `columns.Stream` or `columns.write` wrote.
        temporary: A folder that is removed when nobody needs the attempts any more; None: there is none.
    """

    def __init__(self, source: pd.DataFrame | Path, temporary: Path | None = None) -> None:
        self._source = source
        if temporary is not None:
            weakref.finalize(self, shutil.rmtree, temporary, ignore_errors=True)

    def frame(self) -> pd.DataFrame:
        """All of them, by `queued_at`."""
        return self._source if isinstance(self._source, pd.DataFrame) else columns.in_order(self._read())

    def columns(self, *names: str) -> pd.DataFrame:
        """Some columns of all of them, in an order that is the same for every choice of columns."""
        if isinstance(self._source, pd.DataFrame):
            return self._source[[*names]]
        return columns.as_frame(self._read(names))

    def write(self, path: Path) -> None:
        """Write them to a Parquet file.

        Raises:
            OSError: It cannot be written.
        """
        if isinstance(self._source, pd.DataFrame):
            columns.write(self._source, path)
        elif _is_stream(self._source):
            columns.stream_to_parquet(self._source, path)
        else:
            shutil.copyfile(self._source, path)

    def settle(self, path: Path) -> None:
        """Write them to a Parquet file; if they are in a stream in the same folder, the file takes its place.

        Raises:
            OSError: It cannot be written; a stream stays.
        """
        source = self._source
        self.write(path)
        if isinstance(source, Path) and _is_stream(source) and source.parent == path.parent:
            self._source = path
            source.unlink()

    def _read(self, names: "tuple[str, ...] | None" = None) -> pa.Table:
        path = cast("Path", self._source)
        return columns.read_stream(path, names) if _is_stream(path) else columns.read(path, names)


def _is_stream(path: Path) -> bool:
    return path.suffix == ".arrows"
