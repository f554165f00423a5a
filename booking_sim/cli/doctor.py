"""`booking-sim doctor`: say what will hurt a run, and what to do."""

import json
import sys

import click

from booking_sim.diagnostics import COMMANDS, CheckResult, doctor

_INDENT = 32


@click.command("doctor")
@click.argument("command", required=False, default="surge", metavar="[COMMAND]", type=click.Choice(COMMANDS))
@click.option("--connections", type=int, metavar="N", help="How many a run is to open  [default: as many as a surge]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def doctor_command(*, command: str, connections: int | None, as_json: bool) -> None:
    """Check the server and this machine, and say what will hurt a run.

    Privileges are judged by what COMMAND needs: surge (the default), audit, compare, bench or strategies.

    Checks POSTGRES_URL if set, else the PG* variables, else an embedded PostgreSQL, for a second or two; an
    ordinary user is enough, and nothing is changed.

    Exits with 0 if nothing will hurt; 1 if something will: a run would be refused, or its metrics would not be what
    they seem; 2 if there is no server to check.
    """
    diagnosis = doctor(command=command, connections=connections)
    if as_json:
        click.echo(json.dumps({"ok": diagnosis.ok, "findings": diagnosis.rows()}))
    else:
        click.echo("\n".join([diagnosis.headline, "", *map(_lines, diagnosis.findings)]))
    sys.exit(0 if diagnosis.ok else 1)


def _lines(finding: CheckResult) -> str:
    text = f"{finding.found} {finding.advice}".strip()
    first = f"{finding.check:<18} {finding.verdict:<12} "
    return click.wrap_text(text, width=110, initial_indent=first, subsequent_indent=" " * _INDENT)
