"""Read a database URL as libpq does, without repeating any of it in a message."""

from urllib.parse import urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict

from booking_sim.errors import SettingError

_HINTS = {
    "unexpected spaces": "write a space as %20",
    "percent-encoded": "write % in a password as %25",
    'missing "="': "begin it with postgresql:// or give key=value pairs",
    "unterminated quoted": "close the quote",
    "query parameter": "a word after the ? is not an option of PostgreSQL",
    "port": "the port must be a number; write / : @ ? # in a password as %2F %3A %40 %3F %23",
}


def read_url(url: str, name: str = "the database URL") -> dict[str, str]:
    """Read a libpq URL or key=value string, and never repeat any of it.

    Args:
        url: What libpq would take.
        name: What to call it in the message, such as ``POSTGRES_URL``.

    Returns:
        libpq's keywords and their values, decoded.

    Raises:
        BookingSimError: If it cannot be read, or if libpq would take a part of the password for the host, the port or
            the database (an ``@``, ``/`` or ``?`` not percent-encoded) and show it in its messages.
    """
    try:
        values = {key: str(value) for key, value in conninfo_to_dict(url).items()}
    except psycopg.Error as error:
        raise _unreadable(name, str(error)) from None
    if not all(port.isdecimal() for port in values.get("port", "5432").split(",") if port):
        raise _unreadable(name, "port")
    if "://" in url and _misplaced_at(url):
        raise _unreadable(name, "port")
    return values


def _misplaced_at(url: str) -> bool:
    """Whether an @ stands anywhere but once, between the user and the host."""
    try:
        return url.count("@") != urlsplit(url).netloc.count("@") or url.count("@") > 1
    except ValueError:  # brackets that do not match
        return True


def _unreadable(name: str, reason: str) -> SettingError:
    hint = next((hint for words, hint in _HINTS.items() if words in reason), "check its spelling")
    return SettingError(
        f"{name} cannot be read: {hint}. Expected a URL such as postgresql://user:password@host:5432/database."
    )
