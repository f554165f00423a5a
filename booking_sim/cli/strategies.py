"""`booking-sim strategies`: list the ways to claim a ticket."""

import dataclasses
import json
from functools import partial

import click

from booking_sim.cli.labels import labelled
from booking_sim.cli.strategies_verify import verify_command
from booking_sim.strategies import Strategy, catalogue, find


class _Strategies(click.Group):
    """A group in which the name of a strategy, or the path of a file, is a command that prints it."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        """The command of that name; else one that prints the strategy."""
        show = click.Command(cmd_name, callback=partial(_show, cmd_name), help="Print the strategy's file.")
        return super().get_command(ctx, cmd_name) or show


def _show(name: str) -> None:
    click.echo(find(name).path.read_text(encoding="utf-8-sig"), nl=False)


@click.group(
    "strategies", cls=_Strategies, invoke_without_command=True, subcommand_metavar="[NAME|PATH.sql|verify ...]"
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array and nothing else.")
@click.pass_context
def strategies(context: click.Context, *, as_json: bool) -> None:
    """List the ways to claim a ticket: what each does, who uses it, what it costs; with a NAME, print its file.

    Your own file is one more: give its path wherever a command takes a strategy.

    \b
      booking-sim strategies skip_locked > mine.sql    begin your own from it
    """  # noqa: D301  click's own mark keeps the lines apart
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
