"""`booking-sim surge`: run a scenario, print the answer, keep the result."""

import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from booking_sim.cli.preview import announce, show_preview
from booking_sim.cli.settings import chosen_scenario, settings
from booking_sim.cli.surge_report import report, unmet
from booking_sim.load_generator.interrupt import INTERRUPTED
from booking_sim.load_generator.run import run
from booking_sim.result.folder import reserved_dir
from booking_sim.result.junit import check, write
from booking_sim.result.result import SurgeResult
from booking_sim.result.thresholds import Judgement, Threshold, judge, with_defaults

_INTERRUPTED = 130


@click.command("surge")
@click.argument("scenario", required=False, metavar="[SCENARIO]")
@settings()
@click.option("--out", type=click.Path(path_type=Path), help="Where to keep the result  [default: results/TIME-surge]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
@click.option("--require", multiple=True, metavar="'METRIC < X'", help="Fail if this is not so; may be given again.")
@click.option(
    "--junit", type=click.Path(path_type=Path), metavar="FILE", help="Write what passed and what not, for CI."
)
@click.option("--preview", is_flag=True, help="Show when buyers would come, and run nothing.")
@click.option("--png", type=click.Path(path_type=Path), metavar="FILE", help="With --preview: also write a chart.")
def surge_command(
    *,
    scenario: str | None,
    out: Path | None,
    as_json: bool,
    require: tuple[str, ...],
    junit: Path | None,
    preview: bool,
    png: Path | None,
    **flags: Any,
) -> None:
    """Let everybody come at once, and see who got a ticket.

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
    """  # noqa: D301  click's own mark keeps the lines apart
    chosen = chosen_scenario(scenario, flags)
    if preview:
        show_preview(chosen, png)
        return
    announce(chosen)
    thresholds = with_defaults([Threshold.parse(text) for text in require])
    for threshold in thresholds:
        threshold.check(chosen)
    if junit is not None:
        check(junit)
    for number in (signal.SIGTERM, signal.SIGHUP):  # as Ctrl-C does: what was begun is ended in good order
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)
    with reserved_dir(out, "surge") as folder:
        result = run(chosen, folder)
    judgements = judge(result, thresholds)
    if junit is not None:
        write(junit, result, judgements)
    if as_json:
        failed = [judgement.threshold.text for judgement in judgements if not judgement.is_met]
        click.echo(
            json.dumps(
                result.metrics() | {"out": str(folder), "failed": failed, "problems": [*result.manifest.problems]}
            )
        )
    else:
        click.echo(report(result, folder))
        click.echo(unmet(judgements, len(require)), nl=False)
    sys.exit(_status(result, judgements))


def _status(result: SurgeResult, judgements: Sequence[Judgement]) -> int:
    """The exit code: an interrupt explains the calls that were not made, and nothing else that is missing or wrong."""
    if [*result.manifest.problems] == [INTERRUPTED] and result.is_right:
        return _INTERRUPTED
    return 0 if result.ok and all(judgement.is_met for judgement in judgements) else 1
