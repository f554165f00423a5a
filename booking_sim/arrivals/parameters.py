"""The parameters of profiles: what each accepts, how it is read from text, and how it is written."""

import math
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import attrs

from booking_sim.durations import format_duration, parse_duration
from booking_sim.validation import LONGEST, Expected, is_number, to_duration, to_float, whole

MOST_ARRIVALS = 10_000_000
_MOST_SECONDS = LONGEST.total_seconds()


@attrs.frozen
class Parameter(Expected):
    """The validator of a parameter, which also says how text becomes a value.

    Attributes:
        read: Turns text into a value; it raises ValueError for text that is not a value.
        write: Turns a value into the text that `read` reads.
        bare: Whether it is written without its name: the one parameter that its profile is about.
        many: Whether it is a list, each element written as an argument of its own.
    """

    read: Callable[[str], Any] = attrs.field(kw_only=True)
    write: Callable[[Any], str] = attrs.field(kw_only=True)
    bare: bool = attrs.field(default=False, kw_only=True)
    many: bool = attrs.field(default=False, kw_only=True)


def parameters(profile: type) -> dict[str, Parameter]:
    """The parameters of a class of profiles, by name and in order."""
    return {field.name: field.validator for field in attrs.fields(profile) if isinstance(field.validator, Parameter)}


def name_of(profile: type) -> str:
    """The name of a profile in text."""
    return profile.__name__.lower()


def write(profile: Any) -> str:
    """Write a profile as the text that makes it again; parameters at their default are left out."""
    fields = attrs.fields_dict(type(profile))
    arguments = []
    for name, parameter in parameters(type(profile)).items():
        value = getattr(profile, name)
        if value != fields[name].default:
            arguments.append(parameter.write(value) if parameter.bare else f"{name}={parameter.write(value)}")
    return f"{name_of(type(profile))}({', '.join(arguments)})"


def to_seconds(value: float | timedelta | str) -> float:
    """Turn a length of time, or text such as `30s`, into seconds."""
    length = to_duration(value) if isinstance(value, str) else value
    return length.total_seconds() if isinstance(length, timedelta) else to_float(length)


def to_stages(value: Iterable[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """Turn stages into pairs of seconds and a rate; what cannot be turned is left for the validator."""
    try:
        return tuple((to_float(length), to_float(rate)) for length, rate in value)
    except (TypeError, ValueError):
        return value  # type: ignore[return-value]


def _read_seconds(text: str) -> float:
    return parse_duration(text).total_seconds()


def _write_seconds(value: float) -> str:
    return format_duration(timedelta(seconds=value))


def _write_number(value: float) -> str:
    short = f"{value:.0f}"
    return short if float(short) == value else repr(value)


def _read_stage(text: str) -> tuple[float, float]:
    length, _, rate = text.partition(":")
    return _read_seconds(length), float(rate)


def _write_stages(stages: tuple[tuple[float, float], ...]) -> str:
    return ", ".join(f"{_write_seconds(length)}:{_write_number(rate)}" for length, rate in stages)


def _are_stages(stages: Any) -> bool:
    parts = all(LENGTH.accepts(length) and RATE.accepts(rate) for length, rate in stages)
    return parts and math.fsum(length for length, _ in stages) > 0


RATE = Parameter(
    f"arrivals per second, from 0 to {MOST_ARRIVALS:,}, such as 500",
    lambda value: is_number(value) and 0 <= value <= MOST_ARRIVALS,
    read=float,
    write=_write_number,
)
DURATION = Parameter(
    "seconds above 0 and at most 31 days, in text with their unit, such as 30s or 5m",
    lambda value: is_number(value) and 0 < value <= _MOST_SECONDS,
    read=_read_seconds,
    write=_write_seconds,
)
LENGTH = Parameter(
    "seconds from 0 to 31 days, in text with their unit, such as 0s, 10s or 5m",
    lambda value: is_number(value) and 0 <= value <= _MOST_SECONDS,
    read=_read_seconds,
    write=_write_seconds,
)
BUYERS = Parameter(
    f"a whole number from 1 to {MOST_ARRIVALS:,}, such as 5000",
    whole(1, MOST_ARRIVALS).accepts,
    read=int,
    write=str,
    bare=True,
)
STAGES = Parameter(
    "stages of a length and a rate, not all of them 0s long, such as 10s:500, 30s:500, 5s:0",
    _are_stages,
    read=_read_stage,
    write=_write_stages,
    bare=True,
    many=True,
)
