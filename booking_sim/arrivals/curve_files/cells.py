"""One number or one time of a file, as exact integers. What could mean two things is refused."""

import re
from datetime import UTC, datetime
from decimal import Decimal

NANOSECONDS = 10**9
"""In a second."""

_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,2})?", re.ASCII)
_SLASHES = re.compile(r"(\d{4})/(\d\d)/(\d\d)", re.ASCII)
_LONGEST_S = 31 * 86_400
_EPOCH_UNITS = {"s": 10**9, "ms": 10**6, "µs": 10**3, "ns": 1}
_FIRST_EPOCH_S, _LAST_EPOCH_S = 978_307_200, 4_102_444_800  # the years 2001 to 2099


def read_number(text: str) -> Decimal:
    """Read a number: digits with a decimal point, and with nothing else between them.

    Raises:
        ValueError: It is written otherwise.
    """
    if not _NUMBER.fullmatch(text.strip()):
        raise ValueError(
            f"{text!r} is not a number: expected digits and a decimal point, without thousands separators and units"
            if text.strip()
            else "the number is missing: expected one in every row"
        )
    return Decimal(text.strip())


def read_time(text: str) -> int:
    """Read a time as nanoseconds: from the start of the curve, or since 1970.

    A number of up to 31 days is seconds from the start. A greater one is an epoch time in s, ms, µs or ns, whichever
    puts it between the years 2001 and 2099. Anything else is an ISO 8601 time; without an offset, in UTC.

    Raises:
        ValueError: It is none of these.
    """
    text = text.strip()
    if _NUMBER.fullmatch(text):
        return _from_number(Decimal(text), text)
    try:
        moment = datetime.fromisoformat(_SLASHES.sub(r"\1-\2-\3", text))
    except ValueError:
        raise ValueError(
            f"{text!r} is not a time: expected seconds, an epoch time, or ISO 8601 such as 2026-01-30 10:00:00"
        ) from None
    since = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * NANOSECONDS + since.microseconds * 1000


def _from_number(number: Decimal, text: str) -> int:
    if abs(number) <= _LONGEST_S:
        return int(number * NANOSECONDS)
    for size in _EPOCH_UNITS.values():
        if _FIRST_EPOCH_S <= number * size / NANOSECONDS <= _LAST_EPOCH_S:
            return int(number * size)
    raise ValueError(
        f"{text!r} is neither seconds from the start (at most 31 days) nor an epoch time of the years 2001 to 2099:"
        " expected one of these, or a date such as 2026-01-30"
    )
