"""Parquet files as all records are kept: with a checksum on each page, and read with every checksum verified."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]  # it brings no types
import pyarrow.parquet as pq  # type: ignore[import-untyped]


def write(frame: pd.DataFrame, schema: pa.Schema, path: Path) -> None:
    """Write a frame.

    Args:
        frame: With the columns of the schema.
        schema: The columns and their types.
        path: The file; what was in it is replaced.
    """
    table = pa.Table.from_pandas(frame, schema, preserve_index=False)
    with writer(path, schema) as file:
        file.write_table(table.replace_schema_metadata())  # without what only pandas reads


def writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    """Open a file to write tables of a schema to, one after the other."""
    return pq.ParquetWriter(path, schema, write_page_checksum=True)


def read(path: Path, schema: pa.Schema) -> pa.Table:
    """Read a table.

    Args:
        path: The file.
        schema: The columns that it has to have, and their types.

    Raises:
        OSError: There is no such file, or it is broken.
        ValueError: It has other columns, or columns of other types.
    """
    with _opened(path, schema) as file:
        return file.read().cast(schema)  # a list's items have another name


def read_pieces(path: Path, schema: pa.Schema, rows: int, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
    """Read a table a piece at a time.

    Args:
        path: The file.
        schema: As `read`.
        rows: How many rows a piece has at most.
        columns: The columns that are wanted; None: all.

    Yields:
        At least one piece.

    Raises:
        OSError: As `read`.
        ValueError: As `read`.
    """
    part = schema if columns is None else pa.schema([schema.field(name) for name in columns])
    with _opened(path, schema) as file:
        if not file.metadata.num_rows:
            yield part.empty_table()
        for batch in file.iter_batches(rows, columns=part.names):
            yield pa.Table.from_batches([batch]).select(part.names).cast(part)


@contextmanager
def _opened(path: Path, schema: pa.Schema) -> Iterator[pq.ParquetFile]:
    with pq.ParquetFile(path, page_checksum_verification=True, pre_buffer=False) as file:
        if not file.schema_arrow.equals(schema):
            raise ValueError(f"{path.name} has {_difference(schema, file.schema_arrow)}")
        yield file


def _difference(wanted: pa.Schema, found: pa.Schema) -> str:
    """The first way in which a schema differs from the one that is wanted."""
    for field in wanted:
        if field.name not in found.names:
            return f"no column {field.name!r}"
        if not found.field(field.name).type.equals(field.type):
            return f"a column {field.name!r} of type {found.field(field.name).type}, not {field.type}"
    return "other columns than this version writes"
