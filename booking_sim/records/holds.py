"""How every hold ended: the columns of the holds frame, and how they come from the database's CSV."""

import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]  # it brings no types
import pyarrow.compute as pc  # type: ignore[import-untyped]
from pyarrow import csv

from booking_sim.records import parquet

ENDS: Final = ("confirmed", "released", "expired", "open")
"""How a hold can end; `open` is one that nobody ended yet, overdue or not. In the order in which charts stack them."""

SCHEMA = pa.schema(
    {
        "intent_id": pa.int64(),
        "event": pa.int64(),
        "buyer": pa.int32(),
        "session": pa.int32(),
        "quantity": pa.int32(),
        "ticket_nos": pa.list_(pa.int32()),
        "tickets_agree": pa.int32(),
        "held_at": pa.float64(),
        "deadline": pa.float64(),
        "ended_at": pa.float64(),
        "end": pa.dictionary(pa.int32(), pa.string()),
    }
)
"""The columns of the holds frame, in their order."""

_NUMBERS = SCHEMA.field("ticket_nos").type
_AS_FRAME = {pa.int32(): pd.Int32Dtype(), _NUMBERS: pd.ArrowDtype(_NUMBERS)}
_AS_TEXT = {field.name: pa.string() if field.type == _NUMBERS else field.type for field in SCHEMA}


def read_csv(chunks: Iterable[bytes]) -> pd.DataFrame:
    """Make the holds frame of what the query `surge/holds` answers.

    Args:
        chunks: The CSV, with its header, in pieces.

    Returns:
        One row per hold, by the time it was made; SurgeResult says what the columns are.
    """
    options = csv.ConvertOptions(column_types=_AS_TEXT, include_columns=SCHEMA.names)
    batches = csv.open_csv(_Chunks(chunks), convert_options=options)
    return _frame(pa.Table.from_batches(map(_with_numbers, batches), SCHEMA))


class _Chunks(io.RawIOBase):
    """Chunks of text as a file, so that few of them are in memory at once."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks, self._left = iter(chunks), b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._left = self._left or next(self._chunks, b"")
        taken, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)


def _with_numbers(batch: pa.RecordBatch) -> pa.RecordBatch:
    numbers = pc.split_pattern(batch["ticket_nos"], " ").cast(_NUMBERS)
    return batch.set_column(SCHEMA.get_field_index("ticket_nos"), SCHEMA.field("ticket_nos"), numbers)


def empty() -> pd.DataFrame:
    """The holds frame of a run of which none was read."""
    return _frame(SCHEMA.empty_table())


def write(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame of holds to a Parquet file."""
    parquet.write(frame, SCHEMA, path)


def read(path: Path) -> pd.DataFrame:
    """Read the same frame from a Parquet file again.

    Raises:
        OSError: There is no such file, or it is broken.
        ValueError: It holds something else.
    """
    return _frame(parquet.read(path, SCHEMA))


def _frame(table: pa.Table) -> pd.DataFrame:
    """Numbers that may be missing stay whole, and an end that never came stays one that could have come."""
    frame: pd.DataFrame = table.to_pandas(types_mapper=_AS_FRAME.get, split_blocks=True)
    return frame.assign(end=frame["end"].cat.set_categories(ENDS))
