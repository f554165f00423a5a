"""`booking-sim diff`: kept results before and after a change, and whether that is better or worse."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click
from matplotlib import style
from matplotlib.figure import Figure

from booking_sim.cli.diff_report import DiffReport
from booking_sim.cli.surge_report import unmet
from booking_sim.errors import SettingError
from booking_sim.plots.difference import latency_by_run
from booking_sim.plots.style import STYLE
from booking_sim.result.catalogue import kept_results
from booking_sim.result.folder import MANIFEST
from booking_sim.result.loading import load
from booking_sim.result.result import RESULT_OF, SurgeResult
from booking_sim.result.thresholds import Threshold, judge_ratios


@click.command("diff")
@click.argument("folders", metavar="BEFORE... AFTER...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--require",
    multiple=True,
    metavar="'METRIC ratio < X'",
    help="Exit with 1 unless this is true; may be given again.",
)
@click.option("--markdown", is_flag=True, help="Print Markdown, for the summary of a CI job.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
@click.option("--chart", type=click.Path(path_type=Path), metavar="FILE", help="Draw the latencies of all: .png, .svg.")
def diff_command(
    *, folders: tuple[Path, ...], require: tuple[str, ...], markdown: bool, as_json: bool, chart: Path | None
) -> None:
    """Compare kept results: is it better or worse than before?

    Give one folder before and one after: each is a result, or a folder of results, which are repeats. Or give as many
    results before as after, those before first.

    \b
      booking-sim diff results/before results/after
      booking-sim diff results/old-* results/new-* --require 'p99_ms ratio < 1.1'

    Single runs differ by chance: with two repeats or more of each, each ratio has an interval, corrected for the number
    of metrics. A requirement of a ratio fails if the whole interval does, or the ratio where there is no interval.

    Exits with 0 if every requirement is met, with 1 if not.
    """  # noqa: D301  click's own mark keeps the lines apart
    thresholds = [_ratio(text) for text in require]
    before, after = _sides(folders)
    judgements = judge_ratios(before, after, thresholds)
    report = DiffReport(before, after, judgements)
    if as_json:
        click.echo(json.dumps(report.to_dict()))
    elif markdown:
        click.echo(report.markdown())
    else:
        click.echo(report.text())
        click.echo(unmet(judgements, len(require)), nl=False)
    if chart is not None:
        _draw(before, after, chart)
    sys.exit(0 if all(judgement.is_met for judgement in judgements) else 1)


def read_runs(folder: Path) -> list[SurgeResult]:
    """Read a result, or all in a folder of results."""
    if (folder / MANIFEST).exists():
        return [load(folder)]
    inside = [kept.folder for kept in kept_results(folder) if kept.made_by == RESULT_OF]
    return [*map(load, inside)] or [load(folder)]  # which says what is wrong with it


def _sides(folders: Sequence[Path]) -> tuple[list[SurgeResult], list[SurgeResult]]:
    half, odd = divmod(len(folders), 2)
    if odd:
        raise SettingError(
            f"{len(folders)} folders are not as many before as after: put the repeats of each into a folder, and give"
            " these two."
        )
    before, after = ([run for folder in side for run in read_runs(folder)] for side in (folders[:half], folders[half:]))
    return before, after


def _ratio(text: str) -> Threshold:
    threshold = Threshold.parse(text)
    if not threshold.is_ratio:
        raise SettingError(
            f"'{text}' is not about a ratio: expected such as 'p99_ms ratio < 1.1', or give it to `booking-sim surge`."
        )
    return threshold


def _draw(before: Sequence[SurgeResult], after: Sequence[SurgeResult], path: Path) -> None:
    try:
        with style.context(STYLE):
            figure = Figure(figsize=(9, 5), layout="constrained")
            runs = {"before": [run.counted() for run in before], "after": [run.counted() for run in after]}
            latency_by_run(runs, ax=figure.subplots())
            figure.savefig(path, dpi=150)
    except (OSError, ValueError) as error:
        raise SettingError(f"Cannot draw '{path}' ({error}): name a .png or .svg file that you can write.") from None
