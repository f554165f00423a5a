"""Keep passwords out of everything that is shown: libpq repeats a malformed URL in its message, password and all."""

import re
from urllib.parse import urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict

from booking_sim.errors import SettingError

MASK = "***"

_KEYWORDS = "|".join(sorted(option.keyword.decode() for option in psycopg.pq.Conninfo.get_defaults()))

# Each pattern masks too much rather than too little: a password may hold any character, also in the wrong place.
_PATTERNS = (
    re.compile(r"(//[^:]*:).*(?=@)", re.DOTALL),  # //user:password@, to the last @: the password may hold one too
    re.compile(r"([^\s:/@]+:)(?!//)\S*(?=@)"),  # the same without //
    re.compile(r"(//[^:@/?#\s\[]*:)(?!\d*(?:[/?#,\s'\"]|$))[^@\s]+(?=\s|$)"),  # //user:password, the host forgotten
    re.compile(r"([?&][^=&\s]*%[^=&\s]*=)\S*"),  # ?p%61ssword=
    re.compile(  # password=, PGPASSWORD=, pasword=, "password":
        r"(\w*(?:pas|pwd)\w*(?:['\"]\s*:|\s*=)\s*)"
        rf"(?:'(?:\\.|[^'\\])*(?:'|$)[^\s,}}]*|\"(?:\\.|[^\"\\])*(?:\"|$)|.*?(?=\s+(?:{_KEYWORDS})\s*=|$))",
        re.IGNORECASE | re.DOTALL,
    ),
)

_HINTS = {
    "unexpected spaces": "write a space as %20",
    "percent-encoded": "write % in a password as %25",
    'missing "="': "begin it with postgresql:// or give key=value pairs",
    "unterminated quoted": "close the quote",
    "query parameter": "a word after the ? is not an option of PostgreSQL",
    "port": "the port must be a number; write / : @ ? # in a password as %2F %3A %40 %3F %23",
}


def redact(text: str) -> str:
    """Mask the passwords in a text.

    Args:
        text: Anything that may hold a connection URL or key=value string, well-formed or not.

    Returns:
        The text with every password replaced by ``***``. Where a URL is malformed, what stands near the password goes
        with it.
    """
    for pattern in _PATTERNS:
        text = pattern.sub(rf"\g<1>{MASK}", text)
    return text


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
