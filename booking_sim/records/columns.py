"""Attempts as columns: on disk while a run goes on, in Parquet afterwards, and in the frame that a result gives."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]  # it brings no types
from pandas.api.types import union_categoricals

from booking_sim.records import parquet
from booking_sim.records.attempts import OUTCOMES, PAYMENTS, Call

_WORD = pa.dictionary(pa.int32(), pa.string())

SCHEMA: Final = pa.schema(
    {
        "buyer": pa.int32(),
        "kind": _WORD,
        "session": pa.int32(),
        "attempt": pa.int32(),
        "call": _WORD,
        "event": pa.int64(),
        "worker": pa.int32(),
        "connection": pa.int16(),
        "scheduled_at": pa.float64(),
        "queued_at": pa.float64(),
        "sent_at": pa.float64(),
        "latency_ms": pa.float64(),
        "outcome": _WORD,
        "intent_id": pa.int64(),
        "ticket_nos": pa.list_(pa.int32()),
        "hold_expires_at": pa.timestamp("us", tz="UTC"),
        "sqlstate": pa.string(),
        "error": pa.string(),
        "phase": pa.string(),
        "locked_rows_skipped": pa.int64(),
        "dead_rows_scanned": pa.int64(),
        "quantity": pa.int32(),
        "repeats": pa.int32(),
        "is_first_call": pa.bool_(),
    }
)
"""The fields of Attempt, in their order, as Arrow and Parquet have them."""

_NUMBERS = SCHEMA.field("ticket_nos").type
_AS_FRAME = {pa.int16(): pd.Int16Dtype(), pa.int64(): pd.Int64Dtype(), _NUMBERS: pd.ArrowDtype(_NUMBERS)}
_CATEGORIES = {"call": tuple(Call), "outcome": (*OUTCOMES, *PAYMENTS)}
ROW_GROUP: Final = 1 << 17
"""Rows of a Parquet file that are in memory at once while it is written."""
PIECE: Final = 1 << 16
"""Rows that are in memory at once where attempts are read a piece at a time."""

ColumnBatch = Sequence[Sequence[Any]]
"""Attempts: the fields of Attempt, a sequence each."""


class Stream:
    """A file that attempts are written to while a run goes on.

    It can be read at any moment, also when this process was killed: `read_stream` gives all batches that are whole.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self._file = pa.OSFile(str(path), "wb")  # writes at once: nothing waits in this process
        self._writer = pa.ipc.new_stream(self._file, SCHEMA)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Write the end; of a full disk, what is whole can be read without it."""
        with suppress(OSError):
            self._writer.close()
        self._file.close()

    def add(self, batch: ColumnBatch) -> None:
        """Write a batch of attempts.

        Raises:
            OSError: It cannot be written.
        """
        self._writer.write_batch(_record_batch(batch))


def read_stream(path: Path, columns: Sequence[str] | None = None, rows: int = PIECE) -> Iterator[pa.Table]:
    """Read the batches of a stream that are whole.

    Args:
        path: What Stream wrote.
        columns: Those that are wanted; None: all.
        rows: How many rows a table has at least, but for the last one.

    Yields:
        Tables, at least one, in the order in which they were written.

    Raises:
        OSError: There is no such file.
        ValueError: It has other columns.
    """
    schema = _part(columns)
    group: list[pa.RecordBatch] = []
    for batch in _whole_batches(path):
        group.append(batch)
        if sum(map(len, group)) >= rows:
            yield pa.Table.from_batches([each.select(schema.names) for each in group], schema)
            group.clear()
    yield pa.Table.from_batches([each.select(schema.names) for each in group], schema)


def _whole_batches(path: Path) -> Iterator[pa.RecordBatch]:
    with pa.OSFile(str(path)) as file:  # read, not mapped: of a mapped file, all pages would count as memory
        try:
            reader = pa.ipc.open_stream(file)
            if reader.schema != SCHEMA:
                raise ValueError(f"{path.name} has other columns than this version writes")
            while True:
                yield reader.read_next_batch()
        except (StopIteration, pa.ArrowInvalid, OSError):  # the end, or the last batch is cut off
            return


def _part(columns: Sequence[str] | None) -> pa.Schema:
    return SCHEMA if columns is None else pa.schema([SCHEMA.field(name) for name in columns])


def stream_to_parquet(stream: Path, path: Path) -> None:
    """Write what a stream holds to a Parquet file, with little of it in memory at once.

    Raises:
        OSError: It cannot be written.
    """
    with parquet.writer(path, SCHEMA) as file:
        for table in read_stream(stream, rows=ROW_GROUP):
            file.write_table(table.unify_dictionaries())


def to_frame(batches: Iterable[ColumnBatch]) -> pd.DataFrame:
    """Turn batches of attempts into one frame, by `queued_at`."""
    return in_order(as_frame(pa.Table.from_batches(map(_record_batch, batches), SCHEMA)))


def write(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame of attempts to a Parquet file."""
    parquet.write(frame, SCHEMA, path)


def read(path: Path, columns: Sequence[str] | None = None, rows: int = PIECE) -> Iterator[pa.Table]:
    """Read attempts from a Parquet file.

    Args:
        path: The file.
        columns: Those that are wanted; None: all.
        rows: How many rows a table has at most.

    Yields:
        Tables, at least one, in the order of the file.

    Raises:
        OSError: There is no such file, or it is broken.
        ValueError: It has other columns.
    """
    return parquet.read_pieces(path, SCHEMA, rows, columns)


def as_frame(table: pa.Table) -> pd.DataFrame:
    """Turn a table of some columns of attempts into a frame.

    Numbers that may be missing stay whole, and a word that never came stays one that could have come.
    """
    frame: pd.DataFrame = table.unify_dictionaries().to_pandas(types_mapper=_AS_FRAME.get, split_blocks=True)
    for name in {"kind", *_CATEGORIES} & {*table.column_names}:
        words = _CATEGORIES.get(name, sorted(frame[name].cat.categories))
        frame[name] = frame[name].cat.set_categories(words)
    return frame


def joined(frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Put frames of some columns of attempts below each other; only one column is in memory twice.

    Args:
        frames: At least one, each with the same columns. They are used up.
    """
    pieces = [*frames]
    return pd.DataFrame(
        {name: _joined([piece.pop(name) for piece in pieces]) for name in [*pieces[0].columns]}, copy=False
    )


def in_order(frame: pd.DataFrame) -> pd.DataFrame:
    """Put a frame of attempts in the order of `queued_at`; only one column is in memory twice. It is used up."""
    order = np.lexsort([frame[name].to_numpy() for name in ("attempt", "buyer", "queued_at")])
    return pd.DataFrame({name: frame.pop(name).take(order).array for name in [*frame.columns]}, copy=False)


def _joined(parts: "list[pd.Series]") -> Any:
    if isinstance(parts[0].dtype, pd.CategoricalDtype):  # each file of a stream knows the kinds that it has seen
        return union_categoricals(parts, sort_categories=parts[0].name == "kind")
    whole = pd.concat(parts, ignore_index=True).array
    if isinstance(whole.dtype, pd.ArrowDtype):  # copied: each part keeps the batch that it was read from
        return pd.arrays.ArrowExtensionArray(pa.table({"": whole}).column(0).combine_chunks())
    return whole


def _record_batch(columns: ColumnBatch) -> pa.RecordBatch:
    arrays = [pa.array(column, field.type) for field, column in zip(SCHEMA, columns, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)
