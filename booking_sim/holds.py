"""What became of every hold: the columns of the holds frame, and how they come from the database's CSV."""

from collections.abc import Iterable
from typing import Final

import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]  # it brings no types
from pyarrow import csv

ENDS: Final = ("confirmed", "released", "expired", "open")
"""How a hold can end; `open` is one that nobody ended yet, overdue or not. In the order in which charts stack them."""

_TYPES = {
    "intent_id": pa.int64(),
    "event": pa.int64(),
    "buyer": pa.int32(),
    "quantity": pa.int32(),
    "held_at": pa.float64(),
    "deadline": pa.float64(),
    "ended_at": pa.float64(),
    "end": pa.dictionary(pa.int32(), pa.string()),
}


def read_csv(chunks: Iterable[bytes]) -> pd.DataFrame:
    """Make the holds frame of what sql/surge/holds.sql answers.

    Args:
        chunks: The CSV, with its header, in pieces.

    Returns:
        One row a hold, by the time it was made; SurgeResult says what the columns are.
    """
    text = pa.BufferReader(b"".join(chunks))
    table = csv.read_csv(text, convert_options=csv.ConvertOptions(column_types=_TYPES, include_columns=list(_TYPES)))
    frame: pd.DataFrame = table.to_pandas(types_mapper={pa.int32(): pd.Int32Dtype()}.get)
    return with_ends(frame)


def with_ends(frame: pd.DataFrame) -> pd.DataFrame:
    """The same holds, with all the ends that there can be: a file keeps those that came."""
    return frame.assign(end=frame["end"].cat.set_categories(ENDS))
