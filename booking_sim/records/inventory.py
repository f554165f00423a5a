"""The tickets by status over a run: the columns of the inventory frame, and how Parquet keeps it."""

from pathlib import Path
from typing import Final

import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]  # it brings no types

from booking_sim.records import parquet

SCHEMA: Final = pa.schema(
    {"seconds": pa.float64()} | dict.fromkeys(("available", "held", "overdue", "sold", "oversold"), pa.int64())
)
"""The columns of the inventory frame, in their order."""


def empty() -> pd.DataFrame:
    """The inventory frame of a run of which nothing was counted."""
    frame: pd.DataFrame = SCHEMA.empty_table().to_pandas()
    return frame


def write(frame: pd.DataFrame, path: Path) -> None:
    """Write an inventory frame to a Parquet file."""
    parquet.write(frame, SCHEMA, path)


def read(path: Path) -> pd.DataFrame:
    """Read the same frame again.

    Raises:
        OSError: There is no such file, or it is broken.
        ValueError: It has other columns.
    """
    frame: pd.DataFrame = parquet.read(path, SCHEMA).to_pandas()
    return frame
