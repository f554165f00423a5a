"""The shapes that arrivals take: constant, ramp, spike, burst, and stages of any number."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated

from booking_sim.arrivals.curve import Piece
from booking_sim.arrivals.parameters import BUYERS, DURATION, LENGTH, RATE, STAGES
from booking_sim.arrivals.profile import Shape
from booking_sim.errors import BookingSimError


@dataclass(frozen=True)
class Constant(Shape):
    """The same rate all the time: `constant(rate=500, duration=30s)`."""

    rate: Annotated[float, RATE]
    """Arrivals a second."""
    duration: Annotated[float, DURATION]
    """Seconds."""

    def pieces(self) -> Iterable[Piece]:
        """The expected arrivals."""
        return [Piece(self.duration, self.rate, self.rate)]


@dataclass(frozen=True)
class Ramp(Shape):
    """From one rate to another in a straight line: `ramp(start_rate=0, end_rate=500, duration=30s)`."""

    start_rate: Annotated[float, RATE]
    """Arrivals a second."""
    end_rate: Annotated[float, RATE]
    """Arrivals a second."""
    duration: Annotated[float, DURATION]
    """Seconds."""

    def pieces(self) -> Iterable[Piece]:
        """The expected arrivals."""
        return [Piece(self.duration, self.start_rate, self.end_rate)]


@dataclass(frozen=True)
class Spike(Shape):
    """An on-sale, such as `spike(peak_rate=2000, at=10s, fall=20s, duration=60s)`.

    A base rate, a rise to the peak in a straight line, and a straight line back.

    Raises:
        BookingSimError: The peak is not above the base, or the spike is not over by the end.
    """

    peak_rate: Annotated[float, RATE]
    """Arrivals a second."""
    duration: Annotated[float, DURATION]
    """Seconds, of it all."""
    base_rate: Annotated[float, RATE] = 0.0
    """Arrivals a second, before and after."""
    at: Annotated[float, LENGTH] = 0.0
    """When the rise begins, in seconds from the start."""
    rise: Annotated[float, LENGTH] = 0.0
    """Seconds from the base to the peak."""
    fall: Annotated[float, LENGTH] = 0.0
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
            raise BookingSimError(
                f"spike: peak_rate={self.peak_rate:g} will not do: give a rate above base_rate={self.base_rate:g}."
            )
        over_at = self.at + self.rise + self.fall
        if over_at > self.duration:
            raise BookingSimError(
                f"spike: duration={self.duration:g} s will not do: at + rise + fall is {over_at:g} s. "
                "Give a longer duration, or shorten them."
            )
        if not self.rise + self.fall:
            raise BookingSimError("spike: rise=0s and fall=0s leave no time for the peak: give one of them a length.")


@dataclass(frozen=True)
class Burst(Shape):
    """Everybody in the same instant: `burst(5000)`, `burst(5000, at=10s)`."""

    buyers: Annotated[int, BUYERS]
    """How many people."""
    at: Annotated[float, LENGTH] = 0.0
    """When, in seconds from the start."""

    def pieces(self) -> Iterable[Piece]:
        """The expected arrivals."""
        return [Piece(self.at), Piece(0.0, at_once=self.buyers)]


@dataclass(frozen=True)
class Stages(Shape):
    """Straight lines from rate to rate, beginning at 0: `stages(10s:500, 30s:500, 5s:0)`.

    As k6 has them: a stage is its length and the rate at its end. One of 0s jumps: `stages(0s:100, 30s:100)`.
    """

    stages: Annotated[tuple[tuple[float, float], ...], STAGES]
    """Of each stage its length in seconds, and the arrivals a second at its end."""

    def pieces(self) -> Iterable[Piece]:
        """The expected arrivals."""
        for (_, start_rate), (length, end_rate) in pairwise([(0.0, 0.0), *self.stages]):
            yield Piece(length, start_rate, end_rate)
