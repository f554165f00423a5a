"""Parts of the reference that are made from the SQL of the migrations, and the comments in it."""

import re
from collections import defaultdict
from pathlib import Path

from markup import code, table

SQL = "\n".join(path.read_text() for path in sorted((Path(__file__).parents[2] / "sql" / "migrations").glob("*.sql")))

CALLED_BY_CLIENTS = re.compile(
    r"create function booking\.(\w+)\(([^$]*?)\)(?: returns (\w+))?\s*\nlanguage plpgsql security definer"
)
TABLE = re.compile(r"create table booking\.(\w+) \(\n(.*?)\n\)", re.DOTALL)
RAISED = re.compile(r"raise exception '((?:[^']|'')*)'[^;]*errcode = '(BK\d+)'")
INSIDE = "BK000"
"""Never leaves reserve()."""


def functions() -> str:
    """The functions that a client may call: those that act with the rights of their owner."""
    return "\n".join(
        f"### `booking.{name}`\n\n```sql\n{signature(name, takes, gives)}\n```\n\n{comment('function', name)}\n"
        for name, takes, gives in CALLED_BY_CLIENTS.findall(SQL)
    )


def signature(name: str, takes: str, gives: str) -> str:
    """A function as one calls it, and the columns that it answers with."""
    parts = [" ".join(part.split()) for part in takes.split(",")]
    inputs = [part for part in parts if not part.startswith("out ")]
    outputs = [part.removeprefix("out ") for part in parts if part.startswith("out ")]
    lines = ",\n    ".join(inputs)
    return f"booking.{name}(\n    {lines}\n) -> {gives or ', '.join(outputs)}"


def tables() -> str:
    """The tables, with their columns and keys."""
    return "\n".join(
        f"### `booking.{name}`\n\n{comment('table', name)}\n\n"
        + table(("column", "type", "meaning"), columns(name, lines))
        for name, lines in TABLE.findall(SQL)
    )


def columns(table_name: str, lines: str) -> list[tuple[str, str, str]]:
    """The columns of a table and its key, with what is said of them."""
    rows = []
    for line in lines.split("\n"):
        name, kind = line.strip().removesuffix(",").split(maxsplit=1)
        if name == "primary":
            rows.append(("", f"primary {kind}", ""))
        else:
            rows.append((code(name), kind, comment("column", f"{table_name}.{name}")))
    return rows


def sqlstates() -> str:
    """The SQLSTATEs of the schema's own errors, each with its messages."""
    messages: dict[str, dict[str, None]] = defaultdict(dict)
    for text, state in RAISED.findall(SQL):
        if state != INSIDE:
            messages[state][text.replace("''", "'").replace("%", "…")] = None
    return table(
        ("SQLSTATE", "messages"), ((code(state), "; ".join(texts)) for state, texts in sorted(messages.items()))
    )


def comment(kind: str, name: str) -> str:
    """What a COMMENT says of a thing; nothing where there is none."""
    found = re.search(rf"comment on {kind} booking\.{re.escape(name)} is\s+((?:'(?:[^']|'')*'\s*)+);", SQL)
    parts = re.findall(r"'((?:[^']|'')*)'", found[1]) if found else []
    return "".join(parts).replace("''", "'")
