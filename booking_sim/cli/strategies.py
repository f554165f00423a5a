"""`booking-sim strategies`: list the ways to claim a ticket, and hold one of them to the contract."""

import dataclasses
import json
import sys
from typing import TYPE_CHECKING

import click
from tqdm import tqdm

from booking_sim.database import open_server
from booking_sim.strategies import Strategy, catalogue, find

if TYPE_CHECKING:
    from booking_sim.contract import Finding


@click.group("strategies", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array and nothing else.")
@click.pass_context
def strategies(context: click.Context, *, as_json: bool) -> None:
    """List the ways to claim a ticket: what each does, who uses it, what it costs.

    A file of your own is one more: give its path wherever a strategy is asked for.
    """
    if context.invoked_subcommand is not None:
        return
    if as_json:
        rows = [dataclasses.asdict(strategy) | {"path": str(strategy.path)} for strategy in catalogue()]
        click.echo(json.dumps(rows))
    else:
        click.echo("\n\n".join(map(_entry, catalogue())))


@strategies.command("verify")
@click.argument("strategy", metavar="NAME|PATH.sql")
def verify_command(*, strategy: str) -> None:
    """Hold a strategy to the contract, point by point, in a scratch database.

    Runs on POSTGRES_URL if set, else on the PG* variables, else on an embedded PostgreSQL; nothing that is there is
    touched. Exits with 0 if the contract is kept, 1 if not, 2 if the file does not apply.
    """
    from booking_sim.contract import POINTS, kept, verify  # noqa: PLC0415  brings pandas, which the listing does without

    chosen = find(strategy)
    click.echo(f"{chosen.name}: {chosen.title}\n")
    findings = []
    with (
        open_server() as server,
        tqdm(total=len(POINTS), desc="verify", unit=" points", leave=False, disable=None) as bar,
    ):
        for finding in verify(chosen, server.url):
            findings.append(finding)
            bar.write(_line(finding), file=sys.stdout)
            bar.update()
    failed = [finding for finding in findings if finding.verdict == "FAIL"]
    seconds = sum(finding.seconds for finding in findings)
    verdict = f"breaks the contract in {len(failed)} of" if failed else "keeps the contract:"
    required = sum(finding.required for finding in findings)
    click.echo(f"\n{chosen.name} {verdict} {required} points ({seconds:.1f} s).")
    sys.exit(0 if kept(findings) else 1)


def _entry(strategy: Strategy) -> str:
    lines = {"does": strategy.does, "used by": strategy.used_by, "costs": strategy.costs}
    if strategy.retry:
        lines["client"] = f"asks again after SQLSTATE {', '.join(strategy.retry)}."
    return "\n".join([f"{strategy.name}: {strategy.title}", *(_wrapped(name, text) for name, text in lines.items())])


def _line(finding: "Finding") -> str:
    lines = _wrapped(finding.verdict, finding.sentence)
    return lines if finding.problem is None else f"{lines}\n{_wrapped('', finding.problem)}"


def _wrapped(label: str, text: str) -> str:
    return click.wrap_text(text, width=100, initial_indent=f"  {label:<9} ", subsequent_indent=" " * 12)
