"""Code in docstrings stands indented below a line that ends with a colon: for Sphinx that colon is doubled."""

from typing import Any


def mark(_app: object, _what: str, _name: str, _object: object, _options: Any, lines: list[str]) -> None:
    """Double the colon before each indented block, in place."""
    for number, line in enumerate(lines[:-2]):
        below = lines[number + 2]
        if line.endswith(":") and not line.endswith("::") and not lines[number + 1] and indent(below) > indent(line):
            lines[number] = f"{line}:"


def indent(line: str) -> int:
    """How far a line is indented."""
    return len(line) - len(line.lstrip())
