"""Panel: one picture with its message, for whoever puts pictures on a page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from matplotlib.axes import Axes


class Draw(Protocol):
    """A plot of something: draws it into the axes, with title and legend."""

    def __call__(self, *, ax: Axes) -> Axes:
        """Draw into the axes, and return them."""
        ...


@dataclass(frozen=True, slots=True)
class Description:
    """A picture in words and measured numbers.

    Attributes:
        caption: The finding, for a line under the picture.
        alternative: What is drawn, and the numbers, for readers who cannot see it.
    """

    caption: str
    alternative: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One picture.

    Attributes:
        title: What it shows, as a statement with a number.
        draw: Draws it into axes.
        describe: Says it in words.
        over_run: Whether its horizontal axis is the time of the run.
    """

    title: str
    draw: Draw
    describe: Callable[[], Description]
    over_run: bool = False
