"""The parameters of profiles: what each takes, how it is read from text, and how it is written."""

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from numbers import Integral, Real
from typing import Annotated, Any, get_origin, get_type_hints

from booking_sim.durations import format_duration, parse_duration
from booking_sim.errors import BookingSimError

MOST_ARRIVALS = 10_000_000
_MOST_SECONDS = timedelta(days=31).total_seconds()


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of parameter."""

    wants: str
    """What to give, for the message that refuses anything else."""
    take: Callable[[Any], Any]
    """Turn what was given into the value, or raise ValueError or TypeError."""
    read: Callable[[str], Any]
    """Turn text into what `take` takes, or raise ValueError or BookingSimError."""
    write: Callable[[Any], str]
    """Turn a value into the text that `read` reads."""
    bare: bool = False
    """Whether it is written without its name: the one parameter that its profile is about."""
    many: bool = False
    """Whether it is a list, each element written as an argument of its own."""


def parameters(profile: type) -> dict[str, Kind]:
    """The parameters of a class of profiles, by name and in order: its fields that are annotated with their kind."""
    hints = get_type_hints(profile, include_extras=True)
    return {name: hint.__metadata__[0] for name, hint in hints.items() if get_origin(hint) is Annotated}


def check(profile: Any) -> None:
    """Replace each parameter that was given by its value.

    Raises:
        BookingSimError: A parameter is of another kind, or out of its range.
    """
    for name, kind in parameters(type(profile)).items():
        given = getattr(profile, name)
        try:
            object.__setattr__(profile, name, kind.take(given))
        except (TypeError, ValueError):
            raise refusal(type(profile), name, given) from None


def refusal(profile: type, name: str, given: object) -> BookingSimError:
    """The error that says which parameter of which profile cannot be what was given."""
    return BookingSimError(f"{name_of(profile)}: {name}={given} will not do: give {parameters(profile)[name].wants}.")


def name_of(profile: type) -> str:
    """The name of a profile in text."""
    return profile.__name__.lower()


def write(profile: Any) -> str:
    """Write a profile as the text that makes it again; parameters at their default are left out."""
    defaults = {field.name: field.default for field in dataclasses.fields(profile)}
    arguments = []
    for name, kind in parameters(type(profile)).items():
        value = getattr(profile, name)
        if value != defaults[name]:
            arguments.append(kind.write(value) if kind.bare else f"{name}={kind.write(value)}")
    return f"{name_of(type(profile))}({', '.join(arguments)})"


def _number(least: float, most: float, *, above: bool = False) -> Callable[[Any], float]:
    def take(given: Any) -> float:
        number = isinstance(given, Real) and not isinstance(given, bool)
        if not (number and least <= given <= most) or (above and given == least):
            raise ValueError
        return float(given)

    return take


def _whole(given: Any) -> int:
    whole = isinstance(given, Integral) and not isinstance(given, bool)
    if not (whole and 1 <= given <= MOST_ARRIVALS):
        raise ValueError
    return int(given)


def _write_number(value: float) -> str:
    short = f"{value:.0f}"
    return short if float(short) == value else repr(value)


def _read_seconds(text: str) -> float:
    return parse_duration(text).total_seconds()


def _write_seconds(value: float) -> str:
    return format_duration(timedelta(seconds=value))


def _read_stage(text: str) -> tuple[float, float]:
    length, _, rate = text.partition(":")
    return _read_seconds(length), float(rate)


def _take_stages(given: Any) -> tuple[tuple[float, float], ...]:
    stages = tuple((LENGTH.take(length), RATE.take(rate)) for length, rate in given)
    if not math.fsum(length for length, _ in stages) > 0:
        raise ValueError
    return stages


def _write_stages(stages: tuple[tuple[float, float], ...]) -> str:
    return ", ".join(f"{_write_seconds(length)}:{_write_number(rate)}" for length, rate in stages)


RATE = Kind(
    wants=f"arrivals a second, from 0 to {MOST_ARRIVALS:,}, such as 500",
    take=_number(0, MOST_ARRIVALS),
    read=float,
    write=_write_number,
)
DURATION = Kind(
    wants="seconds above 0 and at most 31 days, in text with their unit, such as 30s or 5m",
    take=_number(0, _MOST_SECONDS, above=True),
    read=_read_seconds,
    write=_write_seconds,
)
LENGTH = Kind(
    wants="seconds from 0 to 31 days, in text with their unit, such as 0s, 10s or 5m",
    take=_number(0, _MOST_SECONDS),
    read=_read_seconds,
    write=_write_seconds,
)
BUYERS = Kind(
    wants=f"a whole number from 1 to {MOST_ARRIVALS:,}, such as 5000",
    take=_whole,
    read=int,
    write=str,
    bare=True,
)
STAGES = Kind(
    wants="stages of a length and a rate, not all of them 0s long, such as 10s:500, 30s:500, 5s:0",
    take=_take_stages,
    read=_read_stage,
    write=_write_stages,
    bare=True,
    many=True,
)
