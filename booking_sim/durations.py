"""Lengths of time as people write them: `250ms`, `90s`, `5m`, `1h`."""

import re
from datetime import timedelta

from booking_sim.errors import SettingError

_UNITS = {"ms": "milliseconds", "s": "seconds", "m": "minutes", "h": "hours"}


def parse_duration(text: str) -> timedelta:
    """Read a length of time: a number and its unit, `250ms`, `90s`, `5m` or `1h`.

    Raises:
        SettingError: It is written otherwise.
    """
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h)", text.strip())
    if match is None:
        raise SettingError(
            f"'{text}' is not a duration: expected a number and its unit (ms, s, m or h), such as 90s or 5m."
        )
    try:
        return timedelta(**{_UNITS[match[2]]: float(match[1])})
    except OverflowError:
        raise SettingError(f"'{text}' is too long: expected at most 31 days.") from None


def format_duration(duration: timedelta) -> str:
    """Write a length of time in the largest unit that leaves no fraction: the inverse of parse_duration."""
    if not duration:
        return "0s"
    milliseconds = duration / timedelta(milliseconds=1)
    for unit, size in (("h", 3_600_000), ("m", 60_000), ("s", 1000)):
        if milliseconds % size == 0:
            return f"{milliseconds / size:.0f}{unit}"
    return f"{milliseconds:.15g}ms"
