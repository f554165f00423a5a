"""What is code in docstrings and in the help of commands, marked so that Sphinx shows it as code."""

from itertools import groupby
from typing import Any

VERBATIM = "| "
"""What sphinx-click puts before lines that click leaves as they are."""


def in_docstrings(_app: object, _what: str, _name: str, _object: object, _options: Any, lines: list[str]) -> None:
    """Double the colon before each block that is indented below it, in place."""
    for number, line in enumerate(lines[:-2]):
        below = lines[number + 2]
        if line.endswith(":") and not line.endswith("::") and not lines[number + 1] and indent(below) > indent(line):
            lines[number] = f"{line}:"


def in_commands(_app: object, _context: object, lines: list[str]) -> None:
    """Make a literal block of lines that click leaves as they are, in place."""
    parts = []
    for is_verbatim, group in groupby(lines, key=lambda line: line.startswith(VERBATIM)):
        block = [line.removeprefix(VERBATIM) for line in group]
        parts += ["", ".. code-block:: text", "", *(f"   {line}" for line in block), ""] if is_verbatim else block
    lines[:] = parts


def indent(line: str) -> int:
    """How far a line is indented."""
    return len(line) - len(line.lstrip())
