"""Markdown for the generated parts."""

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table with a head."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell(each) for each in line) + " |" for line in lines) + "\n"


def cell(value: object) -> str:
    """What one cell shows, on one line."""
    return " ".join(str(value).split()).replace("|", "\\|")


def code(value: object) -> str:
    """A name or a value as code; nothing for nothing."""
    return "" if value in (None, "") else f"`{value}`"
