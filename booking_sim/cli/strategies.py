"""`booking-sim strategies`: list the ways to claim a ticket."""

import dataclasses
import json

import click

from booking_sim.cli.labels import labelled
from booking_sim.cli.strategies_verify import verify_command
from booking_sim.strategies import Strategy, catalogue


@click.group("strategies", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array and nothing else.")
@click.pass_context
def strategies(context: click.Context, *, as_json: bool) -> None:
    """List the ways to claim a ticket: what each does, who uses it, what it costs.

    Your own file is one more: give its path wherever a command takes a strategy.
    """
    if context.invoked_subcommand is not None:
        return
    if as_json:
        rows = [dataclasses.asdict(strategy) | {"path": str(strategy.path)} for strategy in catalogue()]
        click.echo(json.dumps(rows))
    else:
        click.echo("\n\n".join(map(_entry, catalogue())))


strategies.add_command(verify_command)


def _entry(strategy: Strategy) -> str:
    lines = {"does": strategy.does, "used by": strategy.used_by, "costs": strategy.costs}
    if strategy.retry:
        lines["client"] = f"repeats the call after SQLSTATE {', '.join(strategy.retry)}."
    return "\n".join([f"{strategy.name}: {strategy.title}", *(labelled(name, text) for name, text in lines.items())])
