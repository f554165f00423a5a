"""Named SQL: `load("ledger/state")` is the query `state` of sql/ledger.sql; its comment says what it is for.

A file of named queries has a line `-- name: NAME` before each. A query that fills a file of its own is found too:
`load("audit/capacity")` is sql/audit/capacity.sql.
"""

import re
from collections.abc import Mapping
from functools import cache
from itertools import takewhile
from typing import LiteralString

from booking_sim.resources import SQL

_NAME = re.compile(r"^-- name: (\S+)\n", re.MULTILINE)


@cache
def load(name: str) -> LiteralString:
    """Return the text of a query, with the comment that it begins with.

    Args:
        name: The area and the query, such as `"ledger/state"`.

    Raises:
        FileNotFoundError: There is no such query.
    """
    area, _, query = name.partition("/")
    named = _queries(area)
    # The files are part of the package: their text is as literal as if it stood in the code.
    return named[query] if query in named else (SQL / f"{name}.sql").read_text(encoding="utf-8")


def names(area: str) -> tuple[str, ...]:
    """The named queries of an area, in their order."""
    return tuple(_queries(area))


def describe(name: str) -> str:
    """Return what a query is for, as one line: the comment that it begins with."""
    comment = takewhile(lambda line: line.startswith("--"), load(name).splitlines())
    return " ".join(line.removeprefix("--").strip() for line in comment).strip()


@cache
def _queries(area: str) -> Mapping[str, str]:
    """The named queries of an area: none where it has no file of them."""
    file = SQL / f"{area}.sql"
    if not file.exists():
        return {}
    _, *parts = _NAME.split(file.read_text(encoding="utf-8"))
    return {name: f"{text.strip()}\n" for name, text in zip(parts[::2], parts[1::2], strict=True)}
