"""Curves in tables of text: CSV of any delimiter, as Grafana, CloudWatch and k6 export it, and the logs of pgbench."""

import csv
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import takewhile

from booking_sim.arrivals.curve_files.cells import read_number, read_time
from booking_sim.arrivals.curve_files.series import CurveBins, CurveError, CurvePoint, bins_of_events, bins_of_series

_DELIMITERS = "\t;,"
_TIMES = ("start", "time", "timestamp", "date", "datetime")
_K6 = ("metric_name", "timestamp", "metric_value")
_K6_METRICS = ("http_reqs", "iterations")
_ABOVE_CLOUDWATCH = {"id", "full label", "label", "period", "statistic", "unit", "region", "account", "color"}
_PGBENCH = re.compile(r"\d+ \d+ [\w.]+ \d+(?: [\d.]+)+", re.ASCII)

Row = tuple[int, list[str]]
"""The number of its line in the file, and its cells."""


def read_table(text: str, column: str, seconds_per_unit: int | None) -> CurveBins:
    """Read a curve from a table.

    Args:
        text: The file.
        column: Which column, or of k6 which metric, has the values; "": the only one there is.
        seconds_per_unit: If values are rates, per how many seconds; None: values are counts.

    Raises:
        CurveError: It holds no curve.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    first = next((line for line in lines if line.strip() and not line.lstrip().startswith("#")), "")
    if _PGBENCH.fullmatch(first.strip()):
        return _pgbench(lines)
    rows = list(_rows(lines))
    if not rows:
        raise CurveError("expected a header, and found nothing")
    if tuple(rows[0][1][:3]) == _K6:
        return bins_of_events(_k6(rows[1:], column))
    return bins_of_series(_points(rows, column), seconds_per_unit)


def _rows(lines: Sequence[str]) -> Iterator[Row]:
    """The cells of each line that is neither empty nor a comment."""
    delimiter = ""
    numbers = []

    def content() -> Iterator[str]:
        nonlocal delimiter
        for number, line in enumerate(lines, 1):
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            if not delimiter:
                if named := re.fullmatch(r"\"?sep=(.)\"?", line.strip()):
                    delimiter = named[1]
                    continue
                delimiter = next((each for each in _DELIMITERS if each in line), ",")
            numbers.append(number)
            yield line

    wanted = [*content()]
    reader = csv.reader(wanted, delimiter=delimiter or ",", strict=True)
    try:
        for cells in reader:
            yield numbers[reader.line_num - 1], [cell.strip() for cell in cells]
    except csv.Error as error:
        raise CurveError(f"line {numbers[max(0, min(reader.line_num, len(numbers)) - 1)]}: {error}") from None


def _points(rows: list[Row], column: str) -> list[CurvePoint]:
    header, data = _split(rows)
    if not header[-1] and all(len(cells) == len(header) and not cells[-1] for _, cells in data):
        header = header[:-1]  # every line ends with a delimiter
        data = [(number, cells[:-1]) for number, cells in data]
    for number, cells in data:
        if len(cells) != len(header):
            raise CurveError(
                f"line {number}: it has {len(cells)} cells and the header has {len(header)}: expected as many, so a"
                " decimal comma or a thousands separator must not be the delimiter"
            )
    names = [name.casefold() for name in header]
    at = next((names.index(name) for name in _TIMES if name in names), 0)
    of = _value_column(header, at, data, column)
    points = []
    for number, cells in data:
        try:
            points.append(CurvePoint(read_time(cells[at]), read_number(cells[of]), f"line {number}"))
        except ValueError as error:
            raise CurveError(f"line {number}: {error}") from None
    return points


def _split(rows: list[Row]) -> tuple[list[str], list[Row]]:
    """The header, and the rows below it. CloudWatch writes lines about the metric above: that with its label counts."""
    above = [*takewhile(lambda row: row[1][0].casefold() in _ABOVE_CLOUDWATCH, rows)]
    number, header = next((row for row in above if "label" in row[1][0].casefold()), rows[len(above) % len(rows)])
    if any(re.fullmatch(r"[\d.,:+\-/ TZ]+", name) for name in header if name):
        raise CurveError(
            f"line {number}: expected a header with the names of the columns, and found {','.join(header)}"
        )
    return header, rows[max(1, len(above)) :]


def _value_column(header: list[str], at: int, data: list[Row], column: str) -> int:
    others = [number for number in range(len(header)) if number != at]
    by_name = {header[number].casefold(): number for number in others}
    if column:
        if column.casefold() not in by_name:
            raise CurveError(f"it has no column {column!r}: expected one of {', '.join(map(repr, by_name))}")
        return by_name[column.casefold()]
    if "arrivals" in by_name:
        return by_name["arrivals"]
    texts = [n for n in others if data and re.fullmatch(r"[^\d]+|\w*[A-Za-z]\w*", data[0][1][n]) is not None]
    values = [number for number in others if number not in texts]
    if len(values) == 1:
        return values[0]
    names = ", ".join(repr(header[number]) for number in values or others)
    raise CurveError(
        f"it has {len(values)} columns that could be the arrivals ({names}): name one with column=..., or 'arrivals'"
        if values
        else "expected a column 'arrivals', or another one with numbers, and found none"
    )


def _k6(rows: list[Row], metric: str) -> Iterator[CurvePoint]:
    names = {cells[0] for _, cells in rows if cells}
    wanted = metric or next((each for each in _K6_METRICS if each in names), "")
    if wanted not in names:
        raise CurveError(f"it has no metric {metric or _K6_METRICS[0]!r}: expected one of {', '.join(sorted(names))}")
    for number, cells in rows:
        if cells[0] == wanted:
            try:
                yield CurvePoint(read_time(cells[1]), read_number(cells[2]), f"line {number}")
            except (ValueError, IndexError) as error:
                raise CurveError(f"line {number}: {error}") from None


def _pgbench(lines: Sequence[str]) -> CurveBins:
    """A log of `pgbench --log`: a row for each transaction, or with --aggregate-interval for each interval."""
    rows = [(number, line.split()) for number, line in enumerate(lines, 1) if line.strip()]
    try:
        if int(rows[0][1][0]) >= 10**9:  # the interval's start; else it is the number of a client
            aggregated = [CurvePoint(read_time(cells[0]), read_number(cells[1]), f"line {n}") for n, cells in rows]
        else:
            return bins_of_events(
                CurvePoint(read_time(cells[4]) + 1000 * int(cells[5]), Decimal(1), f"line {n}") for n, cells in rows
            )
    except (ValueError, IndexError) as error:
        raise CurveError(f"it is not a log of pgbench: {error}") from None
    return bins_of_series(aggregated, None)
