"""What all profiles share, and the two that are made of others: a sum, and a Poisson process."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from functools import cached_property
from operator import index

import attrs
import numpy as np

from booking_sim.arrivals.curve import Curve, FloatArray, Piece
from booking_sim.arrivals.parameters import MOST_ARRIVALS, Parameter, name_of, write
from booking_sim.arrivals.schedule import Schedule
from booking_sim.errors import SettingError
from booking_sim.validation import cut, invalid

_STREAM = int.from_bytes(b"arrivals")
"""Keeps these draws apart from whatever else a scenario draws with the same seed."""


@attrs.frozen
class Profile(ABC):
    """How many arrivals to expect over time, in seconds from the start. `str` gives its text, `+` adds another.

    Raises:
        SettingError: A parameter is of another type or out of its range, two contradict each other, or nobody
            would come, or more than 10 million.
    """

    def __attrs_post_init__(self) -> None:
        self.prepare()
        if not 0 < self.total <= MOST_ARRIVALS:
            buyers = f"{self.total:,.0f} buyers" if self.total else "no buyer"
            raise SettingError(f"{cut(str(self))}: {buyers} would come. Plan for 1 to {MOST_ARRIVALS:,} arrivals.")

    @property
    def error_prefix(self) -> str:
        """What a message about a parameter begins with."""
        return f"{name_of(type(self))}: "

    def __add__(self, other: object) -> "Sum":
        return Sum((self, other)) if isinstance(other, Profile) else NotImplemented

    def __str__(self) -> str:
        return write(self)

    @property
    def parts(self) -> "tuple[Profile, ...]":
        """What it is a sum of; itself, if of nothing else."""
        return (self,)

    def portable(self) -> "Profile":
        """The same expected arrivals without a file of the user's, for a machine that has none."""
        return self

    @property
    @abstractmethod
    def end(self) -> float:
        """Seconds from the start to the last arrival that there can be."""

    @property
    def total(self) -> float:
        """How many arrivals are expected in all."""
        return float(self.expected(np.array(np.inf)))

    @abstractmethod
    def expected(self, times: FloatArray) -> FloatArray:
        """How many arrivals are expected before each time.

        Args:
            times: Seconds from the start, of any shape.

        Returns:
            Arrivals, of the same shape.
        """

    def schedule(self, seed: int = 1) -> Schedule:
        """Draw the arrivals.

        Args:
            seed: 0 or above; the same seed gives the same schedule. What is added to a sum changes nothing in what
                the parts before it draw.

        Raises:
            SettingError: The seed is not a whole number from 0.
        """
        try:
            sequence = np.random.SeedSequence(index(seed), spawn_key=(_STREAM,))
        except (TypeError, ValueError):
            raise invalid("seed", seed, "a whole number from 0") from None
        times = np.sort(self.draw(_generators(sequence)))
        return Schedule(times=times, profile=self, seed=seed, planned=self.total, end=self.end)

    @abstractmethod
    def draw(self, generators: Iterator[np.random.Generator]) -> FloatArray:
        """Draw arrivals: seconds from the start, in any order. Each part at random takes a generator of its own."""

    def prepare(self) -> None:  # noqa: B027  most have nothing to add
        """After each parameter was checked alone: refuse those that contradict each other, read what they name."""


@attrs.frozen
class Shape(Profile):
    """A profile that is one curve. Its arrivals are spaced as evenly as the rate allows: each halfway in its gap."""

    @abstractmethod
    def pieces(self) -> Iterable[Piece]:
        """The expected arrivals, piece by piece from second 0."""

    @cached_property
    def curve(self) -> Curve:
        """The expected arrivals."""
        return Curve(self.pieces())

    @property
    def end(self) -> float:
        """Seconds from the start to its end."""
        return self.curve.end

    def expected(self, times: FloatArray) -> FloatArray:
        """How many arrivals are expected before each time, in seconds from the start."""
        return self.curve.expected(times)

    def draw(self, generators: Iterator[np.random.Generator]) -> FloatArray:  # noqa: ARG002  nothing is left to chance
        """Place the arrivals."""
        return self.curve.when(np.arange(np.floor(self.total + 0.5), dtype=np.float64) + 0.5)


def _flat(summands: Iterable[Profile]) -> tuple[Profile, ...]:
    """A sum of sums is a sum."""
    return tuple(part for summand in summands for part in summand.parts)


@attrs.frozen
class Sum(Profile):
    """Several profiles at once, each drawn independently: `spike(...) + poisson(...)`."""

    summands: tuple[Profile, ...] = attrs.field(converter=_flat)

    def __str__(self) -> str:
        return " + ".join(map(str, self.summands))

    def portable(self) -> Profile:
        """The sum of its parts without files."""
        return Sum(tuple(part.portable() for part in self.summands))

    @property
    def parts(self) -> tuple[Profile, ...]:
        """What it is a sum of."""
        return self.summands

    @property
    def end(self) -> float:
        """Seconds from the start to the end of the part that ends last."""
        return max(part.end for part in self.parts)

    def expected(self, times: FloatArray) -> FloatArray:
        """How many arrivals are expected before each time, in seconds from the start."""
        return np.asarray(sum(part.expected(times) for part in self.parts), dtype=np.float64)

    def draw(self, generators: Iterator[np.random.Generator]) -> FloatArray:
        """Draw the arrivals of each part."""
        return np.concatenate([part.draw(generators) for part in self.parts])


PROFILE = Parameter(
    "a profile that is not at random yet, such as constant(rate=500, duration=30s)",
    lambda value: isinstance(value, Profile) and not any(isinstance(part, Poisson) for part in value.parts),
    read=str,  # no text is a profile: the parser reads those that are
    write=str,
    bare=True,
)


@attrs.frozen
class Poisson(Profile):
    """Independent people: the rate of another profile, each arrival at random.

    The number of arrivals is drawn too. Exact, by time-rescaling: a Poisson process of rate 1 on the expected
    arrivals, taken back to time (Çinlar, Introduction to Stochastic Processes, 1975, chapter 4).
    """

    profile: Profile = attrs.field(validator=PROFILE)
    """The expected arrivals."""

    def portable(self) -> Profile:
        """The same of a profile without files."""
        return Poisson(self.profile.portable())

    @property
    def end(self) -> float:
        """Seconds from the start to its end."""
        return self.profile.end

    def expected(self, times: FloatArray) -> FloatArray:
        """How many arrivals are expected before each time, in seconds from the start."""
        return self.profile.expected(times)

    def draw(self, generators: Iterator[np.random.Generator]) -> FloatArray:
        """Draw their number, then a moment of the rescaled time for each."""
        generator = next(generators)
        curves = [part.curve for part in self.profile.parts if isinstance(part, Shape)]
        return np.concatenate(
            [curve.when(generator.random(generator.poisson(curve.total)) * curve.total) for curve in curves]
        )


def _generators(sequence: np.random.SeedSequence) -> Iterator[np.random.Generator]:
    while True:
        yield np.random.Generator(np.random.PCG64(sequence.spawn(1)[0]))
