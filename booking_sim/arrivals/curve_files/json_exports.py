"""Curves in JSON: answers of Prometheus and of CloudWatch, and the points of `k6 --out json`."""

import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from booking_sim.arrivals.curve_files.cells import read_number, read_time
from booking_sim.arrivals.curve_files.series import CurveBins, CurveError, CurvePoint, bins_of_events, bins_of_series

_K6_METRICS = ("http_reqs", "iterations")
_STATISTICS = ("Sum", "SampleCount")


def read_json(text: str, column: str, seconds_per_unit: int | None) -> CurveBins:
    """Read a curve from JSON.

    Args:
        text: The file.
        column: Of k6 which metric, of CloudWatch which statistic; "": the one that counts.
        seconds_per_unit: If values are rates, per how many seconds; None: values are counts.

    Raises:
        CurveError: It holds no curve.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > 1 and lines[0].lstrip().startswith("{") and '"metric"' in lines[0] and lines[0].endswith("}"):
        return bins_of_events(_k6(lines, column))
    document = _parse(text, "it")
    try:
        points = [*_points(document, column)]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CurveError(f"it is JSON of no form that is known: {error}") from None
    return bins_of_series(sorted(points, key=lambda point: point.time), seconds_per_unit)


def _parse(text: str, where: str) -> Any:
    try:
        return json.loads(text, parse_float=str, parse_int=str)
    except json.JSONDecodeError as error:
        raise CurveError(f"line {error.lineno}: it is not JSON ({error.msg})") from None
    except RecursionError:
        raise CurveError(f"{where} is nested too deeply") from None


def _points(document: Any, column: str) -> Iterator[CurvePoint]:
    pairs: Iterable[tuple[Any, Any]]
    if isinstance(document, dict) and "MetricDataResults" in document:
        series = _only(document["MetricDataResults"])
        pairs = zip(series["Timestamps"], series["Values"], strict=True)
    elif isinstance(document, dict) and "Datapoints" in document:
        known = {name for point in document["Datapoints"] for name in point}
        statistic = column or next((name for name in _STATISTICS if name in known), "")
        if statistic not in known:
            raise CurveError(
                f"it has no statistic {column or 'Sum'!r}, which counts: expected one of {', '.join(sorted(known))}"
            )
        pairs = ((point["Timestamp"], point[statistic]) for point in document["Datapoints"])
    else:
        results = document["data"]["result"] if isinstance(document, dict) else document
        pairs = _only(results)["values"]
    for number, (time, value) in enumerate(pairs, 1):
        yield CurvePoint(read_time(time), read_number(value), f"value {number}")


def _only(series: Any) -> Any:
    if len(series) != 1:
        raise CurveError(f"it holds {len(series)} series: expected one, such as that of sum(...)")
    return series[0]


def _k6(lines: list[str], metric: str) -> Iterator[CurvePoint]:
    entries = [(number, _parse(line, f"line {number}")) for number, line in enumerate(lines, 1)]
    names = {entry["metric"] for _, entry in entries if entry.get("type") == "Point"}
    wanted = metric or next((each for each in _K6_METRICS if each in names), "")
    if wanted not in names:
        raise CurveError(f"it has no metric {metric or _K6_METRICS[0]!r}: expected one of {', '.join(sorted(names))}")
    for number, entry in entries:
        if entry["metric"] == wanted and entry.get("type") == "Point":
            try:
                yield CurvePoint(read_time(entry["data"]["time"]), Decimal(entry["data"]["value"]), f"line {number}")
            except (ValueError, KeyError, ArithmeticError) as error:
                raise CurveError(f"line {number}: {error}") from None
