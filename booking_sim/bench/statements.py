"""Buffers and SQL statements per call: exact, of one warm session beside which nothing else runs.

auto_explain reports to the client each statement that was executed, with its buffers: with those inside functions, to
count statements; without them, to count buffers, which a statement's own report contains for all that it calls. BEGIN
and COMMIT are not reported. A foreign-key check is a statement; its buffers count where a function made the change.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from booking_sim.bench.pgbench import Load, Pgbench
from booking_sim.errors import BookingSimError

CALLS = 20
"""How many are counted, after WARM_UP others."""

WARM_UP = 7
"""Calls of a session until its plans are made for good: PL/pgSQL plans each statement anew for the first five."""

TICKETS = 2 * (WARM_UP + CALLS)
"""What counting takes."""

_MARK = "counted from here"
_REPORT = re.compile(r"duration: [\d.]+ ms +plan:\s+(?=\{)")
_SETTINGS = {
    "session_preload_libraries": "auto_explain",
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_analyze": "on",
    "auto_explain.log_buffers": "on",
    "auto_explain.log_timing": "off",
    "auto_explain.log_format": "json",
    "auto_explain.log_level": "notice",
    "client_min_messages": "notice",
    "lc_messages": "C",
}


@dataclass(frozen=True, slots=True)
class Counts:
    """Per call; None where they cannot be counted."""

    buffers: float | None
    statements: float | None


def can_count(pgbench: Pgbench) -> bool:
    """Whether the server lets this user load auto_explain.

    Args:
        pgbench: One to any database of the server.

    Raises:
        BookingSimError: pgbench fails without it, too.
    """
    pgbench.messages(1, Load("select 1;", 1, {}))
    try:
        pgbench.messages(1, Load("select 1;", 1, {}, _settings("on")))
    except BookingSimError:
        return False
    return True


def count(pgbench: Pgbench, script: str, variables: dict[str, int | float], first: int) -> Counts:
    """Count what a call needs, where `can_count`.

    Args:
        pgbench: One to a database that nobody else calls.
        script: What makes one call.
        variables: What it calls by a name.
        first: How many tickets are taken.

    Raises:
        BookingSimError: A call failed.
    """
    reports = []
    for nested, gone in (("off", first), ("on", first + WARM_UP + CALLS)):
        given = variables | {"clients": 1, "number": 0, "first": gone}
        load = Load(_marked(script), 1, given, _settings(nested))
        reports.append([*_reports(pgbench.messages(WARM_UP + CALLS, load))])
    top, every = reports
    buffers = sum(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] for plan in top)
    return Counts(buffers / CALLS, len(every) / CALLS)


def _settings(nested: str) -> str:
    settings = _SETTINGS | {"auto_explain.log_nested_statements": nested}
    return " ".join(f"-c {name}={value}" for name, value in settings.items())


def _marked(script: str) -> str:
    return f"\\set number :number + 1\n\\if :number = {WARM_UP + 1}\nselect '{_MARK}';\n\\endif\n{script}"


def _reports(messages: str) -> Iterator[dict[str, Any]]:
    """The root of the plan of each statement after the mark."""
    counted = False
    for match in _REPORT.finditer(messages):
        report, _ = json.JSONDecoder().raw_decode(messages, match.end())
        if counted:
            yield report["Plan"]
        counted = counted or _MARK in report["Query Text"]
