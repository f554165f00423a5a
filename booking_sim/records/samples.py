"""What the observer saw, as frames: their columns, how they come from its samples, and how Parquet keeps them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]  # it brings no types

from booking_sim.records import parquet

Batches = Sequence[Sequence[Sequence[Any]]]

_COUNTED: Final = (
    "checkpointed_bytes",
    *("vacuums", "updates", "hot_updates", "wal_bytes", "buffer_hits", "buffer_reads", "commits", "rollbacks"),
    *("server_cpu_s", "generator_cpu_s", "machine_cpu_s"),
)
"""The columns of `server` that count up."""

SCHEMAS: Final = {
    "inventory": pa.schema(
        {
            "seconds": pa.float64(),
            "available": pa.int64(),
            "held": pa.int64(),
            "overdue": pa.int64(),
            "sold": pa.int64(),
        }
    ),
    "waits": pa.schema(
        {
            "seconds": pa.float64(),
            "pid": pa.int32(),
            "is_own": pa.bool_(),
            "call": pa.string(),
            "wait_event_type": pa.string(),
            "wait_event": pa.string(),
            "blocked_by": pa.list_(pa.int32()),
            "waited_ms": pa.float64(),
        }
    ),
    "sessions": pa.schema(
        {
            "seconds": pa.float64(),
            "pid": pa.int32(),
            "is_own": pa.bool_(),
            "blocked": pa.int32(),
            "database": pa.string(),
            "application": pa.string(),
            "user": pa.string(),
            "state": pa.string(),
            "query": pa.string(),
        }
    ),
    "events": pa.schema({"seconds": pa.float64(), "kind": pa.string(), "text": pa.string()}),
    "server": pa.schema(
        {
            "seconds": pa.float64(),
            "connections": pa.int64(),
            "active": pa.int64(),
            "oldest_snapshot_s": pa.float64(),
            "oldest_snapshot_xids": pa.int64(),
            "dead_tuples": pa.int64(),
        }
        | {name: pa.float64() if name.endswith("_s") else pa.int64() for name in _COUNTED}
    ),
    "statements": pa.schema(
        {
            "seconds": pa.float64(),
            "query": pa.string(),
            "calls": pa.int64(),
            "total_ms": pa.float64(),
            "rows": pa.int64(),
            "buffer_hits": pa.int64(),
            "buffer_reads": pa.int64(),
            "wal_bytes": pa.int64(),
        }
    ),
}
"""The columns of each frame, in their order."""

KEPT: Final = ("waits", "sessions", "events", "server", "statements")
"""Those that a result keeps; the tickets are counted for the live view, and afterwards the holds say more of them."""

_BLOCKERS = SCHEMAS["waits"].field("blocked_by").type
_TYPES = {
    pa.int32(): pd.Int32Dtype(),
    pa.int64(): pd.Int64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
    _BLOCKERS: pd.ArrowDtype(_BLOCKERS),
}


def to_frames(batches: Mapping[str, Batches], started_at: float | None) -> dict[str, pd.DataFrame]:
    """Make the frames that a result keeps of what the observer sampled; as `to_frame`."""
    return {name: to_frame(name, batches.get(name, ()), started_at) for name in KEPT}


def to_frame(name: str, batches: Batches = (), started_at: float | None = None) -> pd.DataFrame:
    """Make a frame of what the observer sampled.

    Args:
        name: Which, of SCHEMAS.
        batches: The columns, with instants of `time.monotonic()` for `seconds`.
        started_at: The instant of the start; None if it never came, and then nothing is left.

    Returns:
        The frame, by time; what counts up counts from the first sample.
    """
    schema = SCHEMAS[name]
    if started_at is None:
        return _frame(schema.empty_table())
    frame = _frame(pa.Table.from_batches([_record_batch(schema, columns) for columns in batches], schema))
    frame["seconds"] -= started_at
    if name == "server":
        for counted in _COUNTED:  # a server that was restarted may begin at 0 again
            total = frame[counted].diff().clip(lower=0).fillna(0).cumsum()
            frame[counted] = total.where(frame[counted].notna()).astype(frame[counted].dtype)
    return frame


def write(name: str, frame: pd.DataFrame, path: Path) -> None:
    """Write a frame to a Parquet file."""
    parquet.write(frame, SCHEMAS[name], path)


def read(name: str, path: Path) -> pd.DataFrame:
    """Read a frame that `write` wrote.

    Raises:
        OSError: There is no such file, or it is broken.
        ValueError: It holds something else.
    """
    return _frame(parquet.read(path, SCHEMAS[name]))


def _record_batch(schema: pa.Schema, columns: Sequence[Sequence[Any]]) -> pa.RecordBatch:
    arrays = [pa.array(column, field.type) for field, column in zip(schema, columns, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _frame(table: pa.Table) -> pd.DataFrame:
    """Numbers that may be missing stay whole."""
    frame: pd.DataFrame = table.to_pandas(types_mapper=_TYPES.get)
    return frame
