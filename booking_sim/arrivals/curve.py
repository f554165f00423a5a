"""How many arrivals are expected by a time, and by which time a number of them: exact, both ways, for every shape."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


class Piece(NamedTuple):
    """A time over which the rate is a straight line; or, of no length, an instant."""

    length: float
    """Seconds."""
    start_rate: float = 0.0
    """Arrivals a second."""
    end_rate: float = 0.0
    """Arrivals a second."""
    at_once: float = 0.0
    """Arrivals in the same instant; only in a piece of no length."""


class Curve:
    """Pieces one after the other, from second 0."""

    def __init__(self, pieces: Iterable[Piece]) -> None:
        self._length, self._rate, end_rate, self._at_once = np.array(list(pieces), dtype=np.float64).T
        self._start = np.cumsum(self._length) - self._length
        change = end_rate - self._rate
        self._slope = np.divide(change, self._length, out=np.zeros_like(change), where=self._length > 0)
        arrivals = self._length * (self._rate + end_rate) / 2 + self._at_once
        self._after = np.cumsum(arrivals)
        self._before = self._after - arrivals
        self._last = int(np.flatnonzero(arrivals).max(initial=0))

    @property
    def end(self) -> float:
        """When the last piece ends, in seconds."""
        return float(self._start[-1] + self._length[-1])

    @property
    def total(self) -> float:
        """How many arrivals are expected in all."""
        return float(self._after[-1])

    def expected(self, times: FloatArray) -> FloatArray:
        """How many arrivals are expected before each time.

        Args:
            times: Seconds, of any shape; those at the time itself are not counted, so a burst at 0 comes after 0.

        Returns:
            Arrivals, of the same shape.
        """
        at = np.maximum(np.searchsorted(self._start, times, side="left") - 1, 0)
        inside = np.clip(times - self._start[at], 0, self._length[at])
        instant = np.where(times > self._start[at], self._at_once[at], 0)
        line = inside * (self._rate[at] + self._slope[at] * inside / 2)
        return np.asarray(self._before[at] + line + instant, dtype=np.float64)

    def when(self, counts: FloatArray) -> FloatArray:
        """The time before which a number of arrivals is expected: the inverse of `expected`.

        Args:
            counts: Arrivals, from 0 to `total`.

        Returns:
            Seconds, of the same shape. Rising counts give times that never fall.
        """
        at = np.minimum(np.searchsorted(self._after, counts, side="right"), self._last)
        missing = np.maximum(counts - self._before[at], 0)
        # The root of rate*x + slope*x*x/2 = missing, in the form that loses no digits when the slope is near 0.
        rate_there = np.sqrt(np.maximum(self._rate[at] ** 2 + 2 * self._slope[at] * missing, 0))
        divisor = self._rate[at] + rate_there
        inside = np.divide(2 * missing, divisor, out=np.zeros_like(missing), where=divisor > 0)
        return np.asarray(self._start[at] + np.minimum(inside, self._length[at]), dtype=np.float64)
