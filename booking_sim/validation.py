"""How settings and parameters are checked: converters and validators for the fields of attrs classes.

A converter turns what may be given into the value, and leaves alone what it cannot turn; the validator then refuses it,
and its message names the field, the value and what was expected.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta
from difflib import get_close_matches
from math import isfinite
from numbers import Integral, Real
from typing import Any

import attrs

from booking_sim.durations import format_duration, parse_duration
from booking_sim.errors import BookingSimError, SettingError

LONGEST = timedelta(days=31)
_MOST_LETTERS = 100


@attrs.frozen
class Expected:
    """A validator that says what it expects.

    Attributes:
        text: What the message says after "expected".
        accepts: Whether a value is valid; it may raise TypeError or ValueError for one that is not.
    """

    text: str
    accepts: Callable[[Any], bool]

    def __call__(self, instance: object, attribute: "attrs.Attribute[Any]", value: Any) -> None:
        """Check the value of a field, for attrs. The message begins with the instance's `error_prefix`, if any.

        Raises:
            SettingError: It is not accepted.
        """
        try:
            accepted = self.accepts(value)
        except (TypeError, ValueError):
            accepted = False
        if not accepted:
            raise invalid(f"{getattr(instance, 'error_prefix', '')}{attribute.name}", value, self.text)


def invalid(name: str, value: object, expected: str) -> SettingError:
    """The error that says which setting cannot have which value, and what it can have."""
    return SettingError(f"{name}={show(value)} is invalid: expected {expected}.")


def show(value: object) -> str:
    """Write a value for a message: on one line, text in quotes, what is long cut off."""
    return cut(format_duration(value) if isinstance(value, timedelta) else repr(value).removesuffix(".0"))


def cut(text: str) -> str:
    """Cut off what is too long for a message."""
    return text if len(text) <= _MOST_LETTERS else f"{text[:_MOST_LETTERS]}..."


def suggest(name: object, names: Iterable[str]) -> str:
    """End a sentence with what to write instead of an unknown name: the nearest names if any is near, else all."""
    names = [*names]
    near = get_close_matches(str(name), names)
    return f"did you mean {' or '.join(map(repr, near))}?" if near else f"choose from {', '.join(names)}."


def to_int(value: int) -> int:
    """Turn a whole number of any type, such as NumPy's, into an int."""
    return int(value) if is_whole(value) else value


def to_float(value: float) -> float:
    """Turn a number of any type into a float."""
    return float(value) if is_real(value) else value


def to_duration(value: timedelta | str) -> timedelta:
    """Turn text such as `5m` into a timedelta."""
    try:
        return parse_duration(value) if isinstance(value, str) else value
    except BookingSimError:
        return value  # type: ignore[return-value]  # the validator refuses it


def to_optional_duration(value: timedelta | str | None) -> timedelta | None:
    """Turn text into a timedelta, and leave None."""
    return None if value is None else to_duration(value)


def is_whole(value: Any) -> bool:
    """Whether a value is a whole number."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def is_real(value: Any) -> bool:
    """Whether a value is a number of any type."""
    return isinstance(value, Real) and not isinstance(value, bool)


def is_number(value: Any) -> bool:
    """Whether a value is a finite number."""
    return is_real(value) and isfinite(value)


def whole(least: int, most: int, because: str = "") -> Expected:
    """A validator of whole numbers."""
    text = f"a whole number from {least:,} to {most:,}{because}"
    return Expected(text, lambda value: is_whole(value) and least <= value <= most)


def number(least: float, most: float, because: str = "") -> Expected:
    """A validator of numbers."""
    return Expected(
        f"a number from {least:g} to {most:,g}{because}", lambda value: is_number(value) and least <= value <= most
    )


def optional(expected: Expected) -> Expected:
    """A validator that also accepts None."""
    return Expected(expected.text, lambda value: value is None or expected.accepts(value))


FLAG = Expected("true or false", lambda value: isinstance(value, bool))

DURATION = Expected(
    "a duration above 0 and at most 31 days, such as 90s or 5m",
    lambda value: isinstance(value, timedelta) and timedelta(0) < value <= LONGEST,
)
