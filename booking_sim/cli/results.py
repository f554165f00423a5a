"""`booking-sim results`: list the results that are kept, and remove old ones."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import click

from booking_sim.cli.tags import label_options
from booking_sim.errors import BookingSimError
from booking_sim.result.catalogue import PARENT, KeptResult, kept_results, prune

_MEGABYTE = 1e6

_CHOICE = label_options("Only results of this name.", "Only results with this tag; may be given again.")


def _parent() -> Callable[[Callable[..., None]], Callable[..., None]]:
    return click.option(
        "--in",
        "parent",
        type=click.Path(path_type=Path),
        default=PARENT,
        show_default=True,
        metavar="DIR",
        help="The folder whose folders are results.",
    )


@click.group("results", invoke_without_command=True, subcommand_metavar="[prune ...]")
@_CHOICE
@_parent()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array and nothing else.")
@click.pass_context
def results(context: click.Context, *, name: str | None, tags: Mapping[str, str], parent: Path, as_json: bool) -> None:
    """List the results that are kept, the newest first.

    \b
      booking-sim surge --name baseline --tag branch=main     name a run
      booking-sim results --name baseline                     find it again
      booking-sim results prune --keep 20                     remove all but the newest 20
    """  # noqa: D301  click's own mark keeps the lines apart
    if context.invoked_subcommand is not None:
        return
    found = kept_results(parent, name=name, tags=tags)
    if as_json:
        click.echo(json.dumps([result.to_dict() for result in found]))
    elif found:
        click.echo("\n".join(map(_entry, found)))
    else:
        click.echo(f"No result in '{parent}'{' that is named and tagged so' if name or tags else ''}.", err=True)


@results.command("prune")
@click.option("--keep", type=click.IntRange(min=0), required=True, metavar="N", help="How many of the newest stay.")
@_CHOICE
@_parent()
@click.option("--dry-run", is_flag=True, help="Say what would be removed, and remove nothing.")
def prune_command(*, keep: int, name: str | None, tags: Mapping[str, str], parent: Path, dry_run: bool) -> None:
    """Remove all results but the newest N of those that are chosen.

    Runs that did not end stay, since they may still be at work; files that are not part of a result stay too.
    """
    found = kept_results(parent, name=name, tags=tags)
    chosen = prune(found, keep)
    freed = sum(result.size for result in chosen)
    for result in chosen:
        click.echo(f"{result.folder}  {_label(result)}")
        if not dry_run:
            _remove(result)
    verb = "would be removed" if dry_run else "removed"
    left = sum(not result.is_finished for result in found)
    unfinished = f" {left:,} did not end, and stay." if left else ""
    click.echo(f"{len(chosen):,} of {len(found):,} results {verb}, {freed / _MEGABYTE:,.1f} MB.{unfinished}")


def _remove(result: KeptResult) -> None:
    try:
        left = result.remove()
    except OSError as error:
        raise BookingSimError(f"Cannot remove '{result.folder}' ({error.strerror}): check who owns it.") from None
    if left:
        click.echo(f"  The folder stays, since it also has {', '.join(left)}.")


def _entry(result: KeptResult) -> str:
    return f"{result.folder}  {_label(result)}\n  {result.headline}"


def _label(result: KeptResult) -> str:
    tags = (f"{key}={value}" for key, value in result.tags.items())
    started = result.started_at[:19].replace("T", " ")
    return "  ".join(filter(None, (result.made_by, started, result.name, *tags)))
