"""Lengths of time that are drawn: `20s` always, `10s..40s` any of these alike, `~20s` exponential with that mean."""

from datetime import timedelta

import attrs

from booking_sim.durations import format_duration, parse_duration
from booking_sim.errors import BookingSimError, SettingError
from booking_sim.scenario.draws import Draws, Purpose, length
from booking_sim.validation import LONGEST


@attrs.frozen
class Span:
    """A length of time: the same always if both ends are, else drawn between them; without a greatest, exponential.

    Attributes:
        least: The least; or, if `most` is None, the mean.
        most: The greatest.
    """

    least: timedelta
    most: timedelta | None

    @property
    def is_fixed(self) -> bool:
        """Whether it is always the same, so that nothing has to be drawn."""
        return self.least == self.most

    def at(self, uniform: float) -> float:
        """The length, in seconds, that a number drawn from [0, 1) stands for."""
        most = -1.0 if self.most is None else self.most.total_seconds()
        return length(self.least.total_seconds(), most, uniform)

    def draw(self, draws: Draws, purpose: Purpose, session: int = 0, count: int = 0) -> float:
        """Draw a length for a session of a buyer, in seconds; if it is always the same, nothing is drawn."""
        return self.least.total_seconds() if self.is_fixed else self.at(draws.unit(purpose, session, count))

    def __str__(self) -> str:
        if self.most is None:
            return f"~{format_duration(self.least)}"
        ends = dict.fromkeys((format_duration(self.least), format_duration(self.most)))
        return "..".join(ends)


def parse_span(text: str) -> Span:
    """Read a length of time that is drawn.

    Raises:
        SettingError: It is written otherwise, or no such length can be drawn.
    """
    is_mean = text.strip().startswith("~")
    least, dots, most = text.strip().removeprefix("~").partition("..")
    span = Span(parse_duration(least), None if is_mean else parse_duration(most if dots else least))
    last = span.least if span.most is None else span.most
    if (is_mean and (dots or not span.least)) or last < span.least or last > LONGEST:
        raise SettingError(f"'{text}' cannot be drawn: expected 20s, 10s..40s, or ~20s for a mean; at most 31 days.")
    return span


def to_span(value: Span | str) -> Span:
    """Turn text into a span; what cannot be turned is left for the validator."""
    try:
        return parse_span(value) if isinstance(value, str) else value
    except BookingSimError:
        return value  # type: ignore[return-value]  # the validator refuses it
