"""The shapes that arrivals take: constant, ramp, spike, burst, and stages of any number."""

from collections.abc import Iterable
from itertools import pairwise

import attrs

from booking_sim.arrivals.curve import Piece
from booking_sim.arrivals.parameters import BUYERS, DURATION, LENGTH, RATE, STAGES, to_seconds, to_stages
from booking_sim.arrivals.profile import Shape
from booking_sim.errors import SettingError
from booking_sim.validation import to_float, to_int


@attrs.frozen
class Constant(Shape):
    """The same rate all the time: `constant(rate=500, duration=30s)`."""

    rate: float = attrs.field(converter=to_float, validator=RATE)
    """Arrivals per second."""
    duration: float = attrs.field(converter=to_seconds, validator=DURATION)
    """Seconds."""

    def pieces(self) -> Iterable[Piece]:
        """The expected arrivals."""
        return [Piece(self.duration, self.rate, self.rate)]


@attrs.frozen
class Ramp(Shape):
    """From one rate to another in a straight line: `ramp(start_rate=0, end_rate=500, duration=30s)`."""

    start_rate: float = attrs.field(converter=to_float, validator=RATE)
    """Arrivals per second."""
    end_rate: float = attrs.field(converter=to_float, validator=RATE)
    """Arrivals per second."""
    duration: float = attrs.field(converter=to_seconds, validator=DURATION)
    """Seconds."""

    def pieces(self) -> Iterable[Piece]:
        """The expected arrivals."""
        return [Piece(self.duration, self.start_rate, self.end_rate)]


@attrs.frozen
class Spike(Shape):
    """An on-sale, such as `spike(peak_rate=2000, at=10s, fall=20s, duration=60s)`.

    A base rate, a rise to the peak in a straight line, and a straight line back.

    Raises:
        SettingError: The peak is not above the base, or the spike is not over by the end.
    """

    peak_rate: float = attrs.field(converter=to_float, validator=RATE)
    """Arrivals per second."""
    duration: float = attrs.field(converter=to_seconds, validator=DURATION)
    """Seconds, of it all."""
    base_rate: float = attrs.field(default=0.0, converter=to_float, validator=RATE)
    """Arrivals per second, before and after."""
    at: float = attrs.field(default=0.0, converter=to_seconds, validator=LENGTH)
    """When the rise begins, in seconds from the start."""
    rise: float = attrs.field(default=0.0, converter=to_seconds, validator=LENGTH)
    """Seconds from the base to the peak."""
    fall: float = attrs.field(default=0.0, converter=to_seconds, validator=LENGTH)
    """Seconds from the peak to the base."""

    def pieces(self) -> Iterable[Piece]:
        """The expected arrivals."""
        return [
            Piece(self.at, self.base_rate, self.base_rate),
            Piece(self.rise, self.base_rate, self.peak_rate),
            Piece(self.fall, self.peak_rate, self.base_rate),
            Piece(self.duration - (self.at + self.rise + self.fall), self.base_rate, self.base_rate),
        ]

    def prepare(self) -> None:
        """Refuse a spike that is none, or that is not over in time."""
        if self.peak_rate <= self.base_rate:
            raise SettingError(
                f"spike: peak_rate={self.peak_rate:g} is invalid: expected a rate above base_rate={self.base_rate:g}."
            )
        over_at = self.at + self.rise + self.fall
        if over_at > self.duration:
            raise SettingError(
                f"spike: duration={self.duration:g} s is invalid: expected at least at + rise + fall, {over_at:g} s."
            )
        if not self.rise + self.fall:
            raise SettingError("spike: rise=0s and fall=0s leave no time for the peak: expected one of them above 0s.")


@attrs.frozen
class Burst(Shape):
    """Everybody in the same instant: `burst(5000)`, `burst(5000, at=10s)`."""

    buyers: int = attrs.field(converter=to_int, validator=BUYERS)
    """How many people."""
    at: float = attrs.field(default=0.0, converter=to_seconds, validator=LENGTH)
    """When, in seconds from the start."""

    def pieces(self) -> Iterable[Piece]:
        """The expected arrivals."""
        return [Piece(self.at), Piece(0.0, at_once=self.buyers)]


@attrs.frozen
class Stages(Shape):
    """Straight lines from rate to rate, beginning at 0: `stages(10s:500, 30s:500, 5s:0)`.

    As k6 has them: a stage is its length and the rate at its end. One of 0s jumps: `stages(0s:100, 30s:100)`.
    """

    stages: tuple[tuple[float, float], ...] = attrs.field(converter=to_stages, validator=STAGES)
    """Of each stage its length in seconds, and the arrivals per second at its end."""

    def pieces(self) -> Iterable[Piece]:
        """The expected arrivals."""
        for (_, start_rate), (length, end_rate) in pairwise([(0.0, 0.0), *self.stages]):
            yield Piece(length, start_rate, end_rate)
