"""Reads the bins of a curve from a file, whatever system exported it."""

from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from booking_sim.arrivals.curve_files.cells import read_number, read_time
from booking_sim.arrivals.curve_files.json_exports import read_json
from booking_sim.arrivals.curve_files.series import CurveBins, CurveError, CurvePoint, bins_of_series
from booking_sim.arrivals.curve_files.tables import read_table


def read_bins(path: Path, column: str, seconds_per_unit: int | None) -> CurveBins:
    """Read a curve.

    Args:
        path: A file of text, or Parquet if its name ends in .parquet.
        column: Which column or metric has the values; "": the only one there is.
        seconds_per_unit: If values are rates, per how many seconds; None: values are counts.

    Raises:
        CurveError: It cannot be read, or holds no curve.
    """
    try:
        if path.suffix == ".parquet":
            return bins_of_series(_parquet(path, column or "arrivals"), seconds_per_unit)
        text = _decode(path.read_bytes())
    except OSError as error:
        raise CurveError(str(error.strerror or error).splitlines()[0]) from None
    if text.lstrip().startswith(("{", "[")):
        return read_json(text, column, seconds_per_unit)
    return read_table(text, column, seconds_per_unit)


def _decode(content: bytes) -> str:
    """Text in UTF-8, or in UTF-16 with its mark, as spreadsheets write it."""
    try:
        text = content.decode("utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise CurveError(f"line {content[: error.start].count(10) + 1}: it is not text in UTF-8") from None
    if "\0" in text:
        raise CurveError("it is not a file of text")
    return text


def _parquet(path: Path, column: str) -> list[CurvePoint]:
    try:
        table = pq.read_table(path)
    except pa.ArrowException as error:
        raise CurveError(str(error).splitlines()[0]) from None
    for name in ("start", column):
        if name not in table.column_names:
            raise CurveError(f"it has no column {name!r}: expected 'start' and {column!r}")
    times, values = table["start"], table[column]
    points = []
    for number, (time, value) in enumerate(zip(times.to_pylist(), values.to_pylist(), strict=True), 1):
        try:
            points.append(CurvePoint(read_time(_text(time)), read_number(_text(value)), f"row {number}"))
        except ValueError as error:
            raise CurveError(f"row {number}: {error}") from None
    return points


def _text(value: Any) -> str:
    return "" if value is None else str(value)
