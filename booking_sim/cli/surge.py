"""`booking-sim surge`: run a scenario, print the answer, keep the result."""

from pathlib import Path
from typing import Any

import click

from booking_sim.cli.diff import read_runs
from booking_sim.cli.preview import show_preview
from booking_sim.cli.settings import chosen_scenario, settings
from booking_sim.cli.surge_run import RunOptions, run_and_exit
from booking_sim.cli.tags import label_options


@click.command("surge")
@click.argument("scenario", required=False, metavar="[SCENARIO]")
@settings()
@click.option("--out", type=click.Path(path_type=Path), help="Where to keep the result  [default: results/TIME-surge]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
@click.option(
    "--require", multiple=True, metavar="'METRIC < X'", help="Exit with 1 unless this is true; may be given again."
)
@click.option(
    "--junit", type=click.Path(path_type=Path), metavar="FILE", help="Write what passed and what failed, for CI."
)
@click.option(
    *("--abort-on", "abort_on"),
    multiple=True,
    metavar="'METRIC > X'",
    help="End the run early when this is true; may be given again.",
)
@click.option(
    *("--compare-with", "compare_with"),
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="A kept result, or a folder of them, to compare the run with.",
)
@click.option("--restart", is_flag=True, help="Start the embedded server again if it dies during the run.")
@label_options("What to call the run, to find it again.", "Write this down about it; may be given again.")
@click.option("--preview", is_flag=True, help="Show when buyers would come, and run nothing.")
@click.option("--png", type=click.Path(path_type=Path), metavar="FILE", help="With --preview: also write a chart.")
def surge_command(
    *,
    scenario: str | None,
    out: Path | None,
    as_json: bool,
    require: tuple[str, ...],
    junit: Path | None,
    abort_on: tuple[str, ...],
    compare_with: Path | None,
    restart: bool,
    name: str | None,
    tags: dict[str, str],
    preview: bool,
    png: Path | None,
    **flags: Any,
) -> None:
    """Run a surge: everybody comes at once. See who got a ticket.

    SCENARIO is a TOML file with any of the settings below, or the name of a ready one: see `booking-sim scenarios`.
    Flags override it. --preview shows when its buyers would come. A long run first says how long it will take.

    Runs on POSTGRES_URL if set, else on the PG* variables, else on an embedded PostgreSQL. Exits with 0 if audit and
    proof passed, nothing is missing and every requirement is met; with 1 if not; with 130 if it was interrupted and
    nothing else is missing or wrong.
    Attempts are written to the folder of the result while the surge runs, and stay there whatever happens.

    \b
    What can be required: any metric that --json shows, of the whole run or of a part. 'errors == 0' always is, unless
    something else is required of errors. A number has digits and at most one point.
      --require 'oversold == 0' --require 'p99_ms < 50'
      --require 'p99_ms[5s:] < 50'                     of what was answered 5 s after the start and later
      --require 'throughput[5s:1m] > 1000'
      --require 'p99_ms{kind=fan,call=confirm} < 50'   of the payments of one kind of buyers
      --require 'p99_ms ratio < 1.1'                   to the run that --compare-with names

    --abort-on 'errors > 100' ends a run that fails; its result is partial. It knows the metrics errors,
    failed_attempts, refused, answered, attempts and duration_s, and throughput and p99_database_ms of the last two
    seconds.
    """  # noqa: D301  click's own mark keeps the lines apart
    chosen = chosen_scenario(scenario, flags)
    if preview:
        show_preview(chosen, png)
        return
    before = [] if compare_with is None else read_runs(compare_with)
    run_and_exit(
        chosen,
        RunOptions(
            out=out,
            as_json=as_json,
            require=require,
            junit=junit,
            name=name or "",
            tags=tags,
            abort_on=abort_on,
            restart=restart,
            before=before,
        ),
    )
