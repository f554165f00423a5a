"""A point of the contract: a check whose docstring is the sentence that must be true, and that raises if it is not."""

from collections.abc import Callable
from dataclasses import dataclass

from booking_sim.contract.subject import Subject


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the contract.

    Attributes:
        name: The name of its check.
        sentence: What must be true.
        required: Whether a strategy that fails it breaks the contract; if not, it is only noted.
        check: Raises `Broken`, or what the database raised, if it is not true. It returns how many holds it made in
            databases other than the subject's own, if any.
    """

    name: str
    sentence: str
    required: bool
    check: Callable[[Subject], int | None]


def point(check: Callable[[Subject], int | None]) -> Point:
    """Make a point of a check: its name and its docstring's first paragraph."""
    return _point(check, required=True)


def noted(check: Callable[[Subject], int | None]) -> Point:
    """Make a point that is only noted: the contract leaves it to the strategy."""
    return _point(check, required=False)


def _point(check: Callable[[Subject], int | None], *, required: bool) -> Point:
    sentence = (check.__doc__ or "").split("\n\n", maxsplit=1)[0]
    return Point(check.__name__, " ".join(sentence.split()), required, check)
