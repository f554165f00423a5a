"""`booking-sim doctor`: say what will hurt a run, and what to do."""

import json
import sys

import click

from booking_sim.diagnostics import CheckResult, doctor

_INDENT = 32


@click.command("doctor")
@click.option("--connections", type=int, metavar="N", help="How many a run is to open  [default: as many as a surge]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def doctor_command(*, connections: int | None, as_json: bool) -> None:
    """Look at the server and at this machine, and say what will hurt a run.

    Looks at POSTGRES_URL if set, else at the PG* variables, else at an embedded PostgreSQL, for a second or two; an
    ordinary user is enough, and nothing is changed.

    Exits with 0 if nothing will hurt; 1 if something will: a run would be refused, or its figures would not be what
    they seem; 2 if there is no server to look at.
    """
    diagnosis = doctor(connections=connections)
    if as_json:
        click.echo(json.dumps({"ok": diagnosis.ok, "findings": diagnosis.rows()}))
    else:
        click.echo("\n".join([diagnosis.headline, "", *map(_lines, diagnosis.findings)]))
    sys.exit(0 if diagnosis.ok else 1)


def _lines(finding: CheckResult) -> str:
    text = f"{finding.found} {finding.advice}".strip()
    first = f"{finding.check:<18} {finding.verdict:<12} "
    return click.wrap_text(text, width=110, initial_indent=first, subsequent_indent=" " * _INDENT)
