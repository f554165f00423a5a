"""The catalogue of ways to claim a ticket: one SQL file each under sql/strategies, or any file of the user's own.

Strategies need indexes and columns of their own, so each runs in a scratch database (`applying`). The comment that a
file begins with says what it does, who uses it and what it costs. What the file brings is one of these:

- `booking.claim(event_id bigint, quantity int) -> int[]`: finds and locks tickets, fewer or none if it cannot have all;
- `booking.hold(...)`: finds the tickets and writes the intent and the hold, as in sql/contract/reserve.sql;
- `booking.reserve(...)` and any other function of the contract, whole.

The first two are called from the contract's own reserve(), which is sql/contract/reserve.sql.
"""

import hashlib
import re
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from booking_sim.errors import StrategyError
from booking_sim.resources import SQL
from booking_sim.validation import show, suggest

FOLDER = SQL / "strategies"

FUNCTIONS = ("claim", "hold", "reserve", "confirm", "release", "expire_holds", "create_event")
"""The functions of schema booking of which a strategy's file defines one at least."""

_FIELD = re.compile(r"--\s*(does|used by|costs|safe|client):\s*(.*)")


@dataclass(frozen=True, slots=True)
class Strategy:
    """One way to claim a ticket, as its file describes it.

    Attributes:
        name: The file's name without its suffix.
        title: The first line of its comment; of a file without one, its name.
        does: What it does; empty, like the next two, if the file does not say.
        used_by: Who is publicly known to use it.
        costs: What it costs, and when.
        safe: Whether it means to keep the contract.
        retry: SQLSTATEs that its client answers by asking again in a new transaction.
        path: Its file.
    """

    name: str
    title: str
    does: str
    used_by: str
    costs: str
    safe: bool
    retry: tuple[str, ...]
    path: Path

    def describe(self) -> dict[str, str]:
        """Which strategy it was, for a manifest: the name and SHA-256 of its file, and no folder."""
        return {"file": self.path.name, "sha256": hashlib.sha256(self.read().encode()).hexdigest()}

    def read(self) -> str:
        """Return the SQL of its file.

        Raises:
            BookingSimError: The file cannot be read.
        """
        return _text(self.path)


class StrategyCatalogue(list[Strategy]):
    """Strategies; a notebook shows them as a table."""


def catalogue() -> StrategyCatalogue:
    """Find the strategies that come with the toolkit.

    Returns:
        The default first, the unsafe one last.

    Example:
        Show them all, and how one of them does:

            from booking_sim import strategies, surge

            strategies.catalogue()
            surge(strategy="skip_locked")
    """
    strategies = [_read(path) for path in FOLDER.glob("*.sql")]
    return StrategyCatalogue(
        sorted(strategies, key=lambda strategy: (not strategy.safe, strategy.name != "default", strategy.name))
    )


def find(name_or_path: str | Path) -> Strategy:
    """Return a strategy of the catalogue by its name, or a user's own by the path of its file.

    Args:
        name_or_path: A name, such as ``skip_locked``; or a path, which ends in
            ``.sql``.

    Returns:
        The strategy, as its file describes it.

    Raises:
        BookingSimError: There is no such name, or the file cannot be read.
    """
    name = check_name(name_or_path)
    return _read(Path(name) if name.endswith(".sql") else FOLDER / f"{name}.sql")


def check_name(name_or_path: str | Path) -> str:
    """Return what is the name of a strategy of the catalogue, or the path of a file, which is not opened.

    Raises:
        BookingSimError: It is neither.
    """
    name = str(name_or_path)
    if not name.endswith(".sql") and name not in {path.stem for path in FOLDER.glob("*.sql")}:
        names = (strategy.name for strategy in catalogue())
        raise StrategyError(f"Strategy {name!r} is unknown, and not the path of an .sql file: {suggest(name, names)}")
    return name


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise StrategyError(
            f"Cannot read the strategy {path}: {error.strerror}. Give the path of an .sql file."
        ) from None
    except ValueError as error:  # bytes that are not UTF-8, or a path that cannot be one
        raise StrategyError(f"Cannot read the strategy {show(str(path))}: {error}. Expected text in UTF-8.") from None


def _read(path: Path) -> Strategy:
    comment = [*takewhile(lambda line: line.startswith("--"), _text(path).splitlines())]
    fields: dict[str, str] = {}
    field = ""
    for line in comment[1:]:
        if match := _FIELD.fullmatch(line):
            field, fields[match[1]] = match[1], match[2]
        elif field:
            fields[field] = f"{fields[field]} {line.removeprefix('--').strip()}".strip()
    return Strategy(
        name=path.stem,
        title=comment[0].removeprefix("--").strip() if comment else path.stem,
        does=fields.get("does", ""),
        used_by=fields.get("used by", ""),
        costs=fields.get("costs", ""),
        safe=fields.get("safe") != "no",
        retry=tuple(re.findall(r"\b[0-9A-Z]{5}\b", fields.get("client", ""))),
        path=path,
    )
