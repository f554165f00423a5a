"""What auto_explain reports of one statement: how many tickets it met, and how many of them a lock kept from it."""

import json
from dataclasses import dataclass
from typing import Any

_TABLE = "tickets"
_COUNTED = frozenset({"Index Scan", "Index Only Scan", "Bitmap Heap Scan", "Seq Scan"})
"""The scans whose rows PostgreSQL's statistics count too."""
_REFUSALS = ("Rows Removed by Filter", "Rows Removed by Index Recheck")


@dataclass(frozen=True, slots=True)
class Reading:
    """How statements read the tickets.

    Attributes:
        rows: That were there for an index entry, or met without an index.
        refused: Those of them that did not fit: tickets that somebody has.
        locked: Rows that fitted and could not be locked, or were changed by the time that they were.
    """

    rows: int = 0
    refused: int = 0
    locked: int = 0

    def __add__(self, other: "Reading") -> "Reading":
        return Reading(self.rows + other.rows, self.refused + other.refused, self.locked + other.locked)


def read_plan(notice: str) -> Reading | None:
    """Read a notice.

    Args:
        notice: Its text; the words before the JSON are in the server's language.

    Returns:
        The reading; None if the notice is not a plan.
    """
    at = notice.find("{")
    try:
        explained = json.loads(notice[at:]) if at >= 0 else None
    except ValueError:
        return None
    if not isinstance(explained, dict) or "Plan" not in explained:
        return None
    return _read(explained["Plan"], is_writing=False)


def _read(node: dict[str, Any], *, is_writing: bool) -> Reading:
    """Read a node and all below it; a node that writes knows its ticket, so what it refuses is not a candidate."""
    kind = node["Node Type"]
    parts = node.get("Plans", [])
    if kind == "ModifyTable":
        is_writing = True
    elif kind == "LockRows" or node.get("Parent Relationship") in {"InitPlan", "SubPlan"}:
        is_writing = False
    reading = sum((_read(part, is_writing=is_writing) for part in parts), Reading())
    if kind == "LockRows" and any(_reads_tickets(part) for part in parts):
        (source,) = (part for part in parts if part["Parent Relationship"] == "Outer")
        reading += Reading(locked=_rows(source) - _rows(node))
    elif kind in _COUNTED and node.get("Relation Name") == _TABLE:
        refused = sum(round(node.get(name, 0) * node["Actual Loops"]) for name in _REFUSALS)
        reading += Reading(_rows(node) + refused, 0 if is_writing else refused)
    return reading


def _reads_tickets(node: dict[str, Any]) -> bool:
    return node.get("Relation Name") == _TABLE or any(map(_reads_tickets, node.get("Plans", [])))


def _rows(node: dict[str, Any]) -> int:
    """Plans report the mean over the loops."""
    rows, loops = float(node["Actual Rows"]), int(node["Actual Loops"])
    return round(rows * loops)
