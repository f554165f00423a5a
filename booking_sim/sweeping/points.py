"""The points of a sweep: which settings are varied, with which values, and the scenario at each point."""

import re
from collections.abc import Mapping, Sequence
from itertools import product
from math import floor, log10
from typing import Any, Final

from booking_sim.arrivals import Constant, Poisson
from booking_sim.arrivals.parameters import MOST_ARRIVALS
from booking_sim.errors import SettingError
from booking_sim.scenario.scenario import Scenario
from booking_sim.validation import suggest

SweepPoint = Mapping[str, Any]
"""The values of the varied settings, by name."""

RATE: Final = "rate"
"""Arrivals per second, at random and independent of each other: in place of the scenario's own arrivals."""

_NOT_VARIED: Final = ("arrivals", "kinds", "seed")
_DURATION_S: Final = 10.0
"""How long buyers arrive if the scenario does not say it."""
_MOST: Final = 2


def points(vary: Mapping[str, Sequence[Any]]) -> list[SweepPoint]:
    """Combine each value of a setting with each of the other.

    Args:
        vary: The values of one setting or two, by name.

    Raises:
        SettingError: It is not one or two, a name is unknown or cannot be varied, or there is no value.
    """
    if not 1 <= len(vary) <= _MOST:
        raise SettingError(f"{len(vary)} settings are varied: expected one or two.")
    names = [RATE, *(name for name in Scenario.names() if name not in _NOT_VARIED)]
    for name, values in vary.items():
        if name not in names:
            raise SettingError(f"The setting {name!r} cannot be varied: {suggest(name, names)}")
        if not values or len({*map(str, values)}) < len(values):
            raise SettingError(f"{name} is varied over {[*values]}: expected values that differ.")
    return [dict(zip(vary, values, strict=True)) for values in product(*vary.values())]


def parse_vary(text: str) -> tuple[str, list[Any]]:
    """Read which values a setting has.

    Args:
        text: Such as `connections=8,16,32`.

    Raises:
        SettingError: It is written otherwise.
    """
    name, equals, values = text.partition("=")
    if not equals or not values.strip():
        raise SettingError(f"'{text}' is invalid: expected SETTING=VALUE,VALUE,..., such as connections=8,16,32.")
    return name.strip().replace("-", "_"), [_value(value.strip()) for value in values.split(",")]


def scenario_at(scenario: Scenario, point: SweepPoint) -> Scenario:
    """The scenario at a point.

    Raises:
        SettingError: A value is invalid.
    """
    settings: dict[str, Any] = {name: value for name, value in point.items() if name != RATE}
    if RATE in point:
        settings |= {"arrivals": Poisson(Constant(rate=point[RATE], duration=_duration_s(scenario))), "duration": None}
    return scenario.replace(**settings)


def greatest_rate(scenario: Scenario) -> float:
    """The greatest rate, rounded down to three digits, at which a scenario has no more buyers than it may have."""
    greatest = MOST_ARRIVALS / max(_duration_s(scenario), 1.0)
    unit = 10.0 ** (floor(log10(greatest)) - 2)
    return floor(greatest / unit) * unit


def _duration_s(scenario: Scenario) -> float:
    """How long buyers arrive, in seconds of the scenario."""
    if scenario.duration is not None:
        return scenario.duration.total_seconds()
    return _DURATION_S if scenario.arrivals is None else scenario.arrivals.end


def _value(text: str) -> Any:
    """A whole number, a number, or text."""
    if re.fullmatch(r"\d+", text):
        return int(text)
    return float(text) if re.fullmatch(r"\d+\.\d+", text) else text
