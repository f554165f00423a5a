"""A series of times and values, as a file has them, and the bins of a curve that it stands for."""

from collections.abc import Iterable
from decimal import Decimal
from itertools import pairwise
from math import floor

import attrs

from booking_sim.arrivals.curve_files.cells import NANOSECONDS

MOST_BINS = 1_000_000
_JITTER = 1e-3
"""How far a bin may be from its place, as a share of its width: times are rounded when they are exported."""


class CurveError(Exception):
    """A file holds no curve. The message is the cause, with the line if there is one."""


@attrs.frozen
class CurvePoint:
    """One row of a file.

    Attributes:
        time: Nanoseconds, from the start of the curve or since 1970.
        value: What was measured.
        where: Where it stands in the file, for messages.
    """

    time: int
    value: Decimal
    where: str


@attrs.frozen
class CurveBins:
    """A curve: whole arrivals in bins of one width, from second 0.

    Attributes:
        counts: Arrivals in each bin.
        width: Seconds.
    """

    counts: tuple[int, ...]
    width: float


def bins_of_series(points: list[CurvePoint], seconds_per_unit: int | None) -> CurveBins:
    """Make bins of rows of which each is one bin, by its start.

    Args:
        points: In order, or in the opposite order.
        seconds_per_unit: If values are rates, per how many seconds; None: values are counts.

    Raises:
        CurveError: They are not in order, are no bins of one width, or are not whole.
    """
    _put_in_order(points)
    shortest = min(after.time - before.time for before, after in pairwise(points))
    start, span = points[0].time, points[-1].time - points[0].time
    number = round(span / shortest)
    if number >= MOST_BINS:
        seconds = f"{shortest / NANOSECONDS:g} s over {span / NANOSECONDS:g} s"
        raise CurveError(f"it has bins of {seconds}: expected fewer than {MOST_BINS:,}")
    width = span / number
    values = [Decimal(0)] * (number + 1)
    for point in points:
        place = (point.time - start) / width
        if abs(place - round(place)) > _JITTER:
            first = next(each for each in points if (each.time - start) % shortest)
            raise CurveError(
                f"{first.where}: its time is not a multiple of {shortest / NANOSECONDS:g} s, the shortest bin:"
                " expected bins of one width"
            )
        _check(point)
        values[round(place)] = point.value
    if seconds_per_unit is not None:
        scale = Decimal(width) / NANOSECONDS / seconds_per_unit
        return CurveBins(_whole(value * scale for value in values), width / NANOSECONDS)
    for point in points:
        if point.value != int(point.value):
            raise CurveError(
                f"{point.where}: {point.value} is not a whole number: expected how many arrived in the bin;"
                " if these are rates, add per=second or per=minute"
            )
    return CurveBins(tuple(map(int, values)), width / NANOSECONDS)


def _put_in_order(points: list[CurvePoint]) -> None:
    if len(points) < 2:
        raise CurveError(f"expected two rows of data or more, to say how long a bin is, and found {len(points)}")
    if points[0].time > points[-1].time:
        points.reverse()
    for before, after in pairwise(points):
        if after.time <= before.time:
            raise CurveError(f"{after.where}: its time is not after the one before: expected bins in order")


def bins_of_events(points: Iterable[CurvePoint]) -> CurveBins:
    """Make bins of a second from rows of which each is a number of events at a time.

    Raises:
        CurveError: There are none, or a value is not whole.
    """
    counts: dict[int, int] = {}
    for point in points:
        _check(point)
        if point.value != int(point.value):
            raise CurveError(f"{point.where}: {point.value} is not a whole number")
        second = point.time // NANOSECONDS
        counts[second] = counts.get(second, 0) + int(point.value)
    if not counts:
        raise CurveError("expected rows of data, and found none")
    first, last = min(counts), max(counts)
    if last - first >= MOST_BINS:
        raise CurveError(f"it has bins of 1 s over {last - first:,} s: expected fewer than {MOST_BINS:,}")
    return CurveBins(tuple(counts.get(second, 0) for second in range(first, last + 1)), 1.0)


def _check(point: CurvePoint) -> None:
    if not 0 <= point.value <= 10_000_000:
        raise CurveError(f"{point.where}: {point.value} is not a number of arrivals: expected 0 to 10,000,000")


def _whole(values: Iterable[Decimal]) -> tuple[int, ...]:
    """Round so that every sum from the start is right to half an arrival."""
    counts, total, before = [], Decimal(0), 0
    for value in values:
        total += value
        counts.append(floor(total + Decimal("0.5")) - before)
        before += counts[-1]
    return tuple(counts)
