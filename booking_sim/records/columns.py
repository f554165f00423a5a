"""Attempts as columns: in the frame that a result holds, and in Parquet."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]  # it brings no types
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from booking_sim.records.attempts import OUTCOMES, PAYMENTS, Call

SCHEMA = pa.schema(
    {
        "buyer": pa.int32(),
        "kind": pa.dictionary(pa.int8(), pa.string()),
        "attempt": pa.int32(),
        "call": pa.dictionary(pa.int8(), pa.string()),
        "event": pa.int64(),
        "worker": pa.int32(),
        "connection": pa.int16(),
        "scheduled_at": pa.float64(),
        "queued_at": pa.float64(),
        "sent_at": pa.float64(),
        "latency_ms": pa.float64(),
        "outcome": pa.dictionary(pa.int8(), pa.string()),
        "intent_id": pa.int64(),
        "ticket_nos": pa.list_(pa.int32()),
        "hold_expires_at": pa.timestamp("us", tz="UTC"),
        "sqlstate": pa.string(),
        "error": pa.string(),
        "phase": pa.string(),
        "passed_locked": pa.int64(),
        "passed_dead": pa.int64(),
    }
)
"""The fields of Attempt, in their order, as Parquet keeps them."""

_NUMBERS = SCHEMA.field("ticket_nos").type
_AS_FRAME = {pa.int16(): pd.Int16Dtype(), pa.int64(): pd.Int64Dtype(), _NUMBERS: pd.ArrowDtype(_NUMBERS)}
_CATEGORIES = {"call": tuple(Call), "outcome": (*OUTCOMES, *PAYMENTS)}


def to_frame(batches: Iterable[Sequence[Sequence[Any]]]) -> pd.DataFrame:
    """Turn batches of attempts, the fields of Attempt as a sequence each, into one frame, by `queued_at`."""
    return _frame(pa.Table.from_batches(map(_record_batch, batches), SCHEMA).columns)


def write(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame of attempts to a Parquet file."""
    table = pa.Table.from_pandas(frame, SCHEMA, preserve_index=False)
    pq.write_table(table.replace_schema_metadata(), path)  # without what only pandas reads


def read(path: Path) -> pd.DataFrame:
    """Read the same frame from a Parquet file again.

    Raises:
        OSError: There is no such file, or it is broken.
        ValueError: It holds something else.
    """
    return _frame(pq.read_table(path, schema=SCHEMA).columns)


def _record_batch(columns: Sequence[Sequence[Any]]) -> pa.RecordBatch:
    arrays = [pa.array(column, field.type) for field, column in zip(SCHEMA, columns, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)


def _frame(columns: list[pa.ChunkedArray]) -> pd.DataFrame:
    """Take the columns one by one, in order: of millions of attempts, only one is in memory twice."""
    by = [columns[SCHEMA.get_field_index(name)].to_numpy() for name in ("attempt", "buyer", "queued_at")]
    order = np.lexsort(by)
    taken = {name: _series(name, columns.pop(0)).take(order).array for name in SCHEMA.names}
    return pd.DataFrame(taken, copy=False)


def _series(name: str, column: pa.ChunkedArray) -> pd.Series:
    """Numbers that may be missing stay whole, and a word that never came stays one that could have come."""
    table = pa.table({name: column.unify_dictionaries()})
    series: pd.Series = table.to_pandas(types_mapper=_AS_FRAME.get)[name]
    if not isinstance(series.dtype, pd.CategoricalDtype):
        return series
    return series.cat.set_categories(_CATEGORIES.get(name, sorted(series.cat.categories)))
