"""A choice between several values, each with its weight."""

from collections.abc import Iterable
from typing import Generic, TypeVar

import attrs

from booking_sim.scenario.draws import Draws, Purpose, choose, shares

Value = TypeVar("Value")


@attrs.frozen
class Choice(Generic[Value]):
    """Values, and up to where in [0, 1) a drawn number stands for each.

    Attributes:
        values: What there is to choose from.
        bounds: The first number above each value's part; the last is 1.
    """

    values: tuple[Value, ...]
    bounds: tuple[float, ...]

    @classmethod
    def of(cls, values: Iterable[Value], weights: Iterable[float]) -> "Choice[Value]":
        """Make a choice.

        Args:
            values: What there is to choose from.
            weights: How likely each is, in relation to the others; not all 0.
        """
        return cls(tuple(values), shares(weights))

    @property
    def is_fixed(self) -> bool:
        """Whether there is only one value, so that nothing has to be drawn."""
        return len(self.values) == 1

    def draw(self, draws: Draws, purpose: Purpose, session: int = 0) -> Value:
        """Draw a value for a session of a buyer; where there is only one, nothing is drawn."""
        return self.values[0] if self.is_fixed else self.at(draws.unit(purpose, session))

    def at(self, uniform: float) -> Value:
        """The value that a number drawn from [0, 1) stands for."""
        return self.values[choose(self.bounds, 0, len(self.bounds), uniform)]
