"""The attempts of a run, wherever they are: in memory or in a file, whole or only the columns that are needed."""

import shutil
import weakref
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

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
        if isinstance(self._source, pd.DataFrame):
            return self._source
        return columns.in_order(columns.joined(self.pieces(*columns.SCHEMA.names)))

    def columns(self, *names: str) -> pd.DataFrame:
        """Some columns of all of them, in an order that is the same for every choice of columns."""
        if isinstance(self._source, pd.DataFrame):
            return self._source[[*names]]
        return columns.joined(self.pieces(*names))

    def pieces(self, *names: str) -> Iterator[pd.DataFrame]:
        """The same columns, some ten thousand rows at a time, so that few of them are in memory at once.

        Yields:
            At least one frame.
        """
        if isinstance(self._source, pd.DataFrame):
            yield self._source[[*names]]
            return
        read = columns.read_stream if _is_stream(self._source) else columns.read
        for table in read(self._source, names, columns.PIECE):
            yield columns.as_frame(table)

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


def _is_stream(path: Path) -> bool:
    return path.suffix == ".arrows"
