"""Lengths of time as text: the unit fits the length, with three digits that count."""

import math

_MINUTE, _HOUR = 60, 3600
_IN_MINUTES_FROM, _IN_HOURS_FROM = 2 * _MINUTE, 2 * _HOUR


def seconds_text(seconds: float) -> str:
    """Write a length of time.

    Args:
        seconds: How long; NaN if nothing was measured, infinite for a percentile that was not reached.

    Example:
        >>> seconds_text(0.00123), seconds_text(12.34), seconds_text(383.514)
        ('1.23 ms', '12.3 s', '6 min 24 s')
    """
    if math.isnan(seconds):
        return "none"
    if math.isinf(seconds):
        return "not reached"
    if seconds < 0.9995:
        return f"{1000 * seconds:.3g} ms"
    if seconds < _IN_MINUTES_FROM:
        return f"{seconds:.3g} s"
    large, small, names = (_MINUTE, 1, ("min", "s")) if seconds < _IN_HOURS_FROM else (_HOUR, _MINUTE, ("h", "min"))
    count, rest = divmod(round(seconds / small) * small, large)
    return f"{count:,} {names[0]}" + (f" {rest // small} {names[1]}" if rest else "")


def ms_text(milliseconds: float) -> str:
    """Write a length of time that is given in milliseconds; see `seconds_text`."""
    return seconds_text(milliseconds / 1000)


def tick_text(milliseconds: float) -> str:
    """Write a tick of an axis in milliseconds.

    Example:
        >>> tick_text(0.5), tick_text(200), tick_text(5000)
        ('0.5 ms', '200 ms', '5 s')
    """
    return f"{milliseconds:g} ms" if milliseconds < 1000 else f"{milliseconds / 1000:,g} s"
