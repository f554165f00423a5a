"""`booking-sim audit`: check every invariant, say which hold."""

import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from booking_sim.audit import audit, holds
from booking_sim.database import open_server
from booking_sim.durations import parse_duration

if TYPE_CHECKING:
    import pandas as pd

_MARGIN = 14  # columns, for the verdict


@click.command("audit")
@click.option("--event", "event_id", type=click.IntRange(1, 2**63 - 1), metavar="ID", help="Judge one event, not all.")
@click.option("--sweep-bound", metavar="TIME", help="How long past its deadline a hold may still be there: 30s, 5m.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def audit_command(*, event_id: int | None, sweep_bound: str | None, as_json: bool) -> None:
    """Check that no ticket was sold twice, and every other invariant of the booking tables.

    All in one snapshot, also while a surge is running. The rule `overdue` is checked only with --sweep-bound.
    Exits with 0 if all hold, 1 if one is violated.
    """
    bound = None if sweep_bound is None else parse_duration(sweep_bound)
    with open_server() as server:
        frame = audit(server.url, event_id=event_id, sweep_bound=bound)
    click.echo(json.dumps({"ok": holds(frame), "rules": frame.to_dict("records")}) if as_json else _report(frame))
    sys.exit(0 if holds(frame) else 1)


def _report(frame: "pd.DataFrame") -> str:
    invariants: list[Any] = frame.to_dict("records")
    return "\n".join(line for invariant in invariants for line in _lines(**invariant))


def _lines(name: str, rule: str, offenders: list[dict[str, Any]], *, checked: bool, violations: int) -> Iterator[str]:
    if not checked:
        verdict, rule = "not checked", f"{rule} Give it: --sweep-bound TIME."
    elif violations == 0:
        verdict = "ok"
    else:
        verdict = f"{violations:,} violation{'s' if violations > 1 else ''}"
    yield f"{verdict:<{_MARGIN}} {name:<16} {rule}"
    for offender in offenders:
        columns = (f"{column}={value}" for column, value in offender.items() if value is not None)
        yield f"{'':<{_MARGIN}} {' '.join(columns)}"
    if violations > len(offenders):
        yield f"{'':<{_MARGIN}} and {violations - len(offenders):,} more"
