"""Lengths of time that are drawn: `20s` always, `10s..40s` any of these alike, `~20s` exponential with that mean."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from booking_sim.durations import format_duration, parse_duration
from booking_sim.errors import BookingSimError

_LONGEST = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time: the same always if both ends are, else drawn between them; without a greatest, exponential.

    Attributes:
        least: The least; or, if `most` is None, the mean.
        most: The greatest.
    """

    least: timedelta
    most: timedelta | None

    def draw(self, dice: Callable[[], Random]) -> float:
        """Draw one, in seconds; where there is nothing to draw, without dice."""
        least = self.least.total_seconds()
        if self.most is None:
            return dice().expovariate(1 / least)
        return least if self.least == self.most else dice().uniform(least, self.most.total_seconds())

    def __str__(self) -> str:
        if self.most is None:
            return f"~{format_duration(self.least)}"
        ends = dict.fromkeys((format_duration(self.least), format_duration(self.most)))
        return "..".join(ends)


def parse_span(text: str) -> Span:
    """Read a length of time that is drawn.

    Raises:
        BookingSimError: It is written otherwise, or no such length can be drawn.
    """
    is_mean = text.strip().startswith("~")
    least, dots, most = text.strip().removeprefix("~").partition("..")
    span = Span(parse_duration(least), None if is_mean else parse_duration(most if dots else least))
    last = span.least if span.most is None else span.most
    if (is_mean and (dots or not span.least)) or last < span.least or last > _LONGEST:
        raise BookingSimError(f"'{text}' cannot be drawn: write 20s, 10s..40s, or ~20s for a mean; at most 31 days.")
    return span
