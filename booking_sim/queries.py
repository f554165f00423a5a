"""Named SQL: `load("ledger/state")` is the text of sql/ledger/state.sql; the comment it begins with says what for."""

from functools import cache
from itertools import takewhile
from typing import LiteralString

from booking_sim.resources import SQL


@cache
def load(name: str) -> LiteralString:
    """Return the text of a query.

    Args:
        name: the file below sql/, without its suffix, such as `"ledger/state"`.
    """
    # The files are part of the package: their text is as literal as if it stood in the code.
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")


def describe(name: str) -> str:
    """Return what a query is for, as one line: the comment that its file begins with."""
    comment = takewhile(lambda line: line.startswith("--"), load(name).splitlines())
    return " ".join(line.removeprefix("--").strip() for line in comment).strip()
