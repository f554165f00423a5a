"""`booking-sim rerun`: repeat a kept run from its manifest, and name what differs."""

from pathlib import Path

import click

from booking_sim.cli.surge_run import RunOptions, run_and_exit
from booking_sim.cli.tags import label_options
from booking_sim.result.loading import load


@click.command("rerun")
@click.argument("folder", metavar="RESULT_DIR", type=click.Path(path_type=Path))
@click.option("--strategy", metavar="PATH.sql", help="Your own strategy's file, if it is not in this folder.")
@click.option("--out", type=click.Path(path_type=Path), help="Where to keep the result  [default: results/TIME-surge]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
@click.option(
    "--require", multiple=True, metavar="'METRIC < X'", help="Exit with 1 unless this is true, as in `surge`."
)
@label_options("What to call the run  [default: as the first]", "Write this down about it; may be given again.")
def rerun_command(
    *,
    folder: Path,
    strategy: str | None,
    out: Path | None,
    as_json: bool,
    require: tuple[str, ...],
    name: str | None,
    tags: dict[str, str],
) -> None:
    """Repeat a run from its manifest: the same scenario, the same seed.

    Prints the result, the comparison with the first run, and what else differs: the strategy's file, the server and its
    settings, the machine, the versions, the commit. Exits as `booking-sim surge`.

    \b
      booking-sim rerun results/20261122T120000Z-surge --require 'p99_ms ratio < 1.5'
    """  # noqa: D301  click's own mark keeps the lines apart
    first = load(folder)
    scenario = first.scenario if strategy is None else first.scenario.replace(strategy=strategy)
    label = first.manifest.name if name is None else name
    options = RunOptions(out=out, as_json=as_json, require=require, name=label, tags=tags, before=[first])
    run_and_exit(scenario, options)
