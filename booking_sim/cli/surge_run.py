"""What `booking-sim surge` and `booking-sim rerun` have in common: run, print, keep, judge, exit."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from booking_sim.cli.diff_report import DiffReport
from booking_sim.cli.ending import end_in_good_order
from booking_sim.cli.exit_codes import INTERRUPTED as EXIT_INTERRUPTED
from booking_sim.cli.preview import announce
from booking_sim.cli.surge_report import report, unmet
from booking_sim.errors import SettingError
from booking_sim.load_generator.interrupt import INTERRUPTED, interruptible
from booking_sim.load_generator.run import run
from booking_sim.result.folder import reserved_dir
from booking_sim.result.junit import check, write
from booking_sim.result.result import SurgeResult
from booking_sim.result.thresholds import Judgement, Threshold, judge, judge_ratios, with_defaults
from booking_sim.scenario.scenario import Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """What a command is given about a run, apart from its scenario.

    Attributes:
        out: Where to keep the result; None: in a new folder.
        as_json: Whether to print one JSON object.
        require: The requirements, as they were written.
        junit: Where to write what passed, for CI; None: nowhere.
        name: What to call the run.
        tags: What else to write down about it.
        abort_on: What ends the run early.
        restart: Whether an embedded server that dies is started again.
        before: The runs to compare it with.
    """

    out: Path | None = None
    as_json: bool = False
    require: Sequence[str] = ()
    junit: Path | None = None
    name: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    abort_on: Sequence[str] = ()
    restart: bool = False
    before: Sequence[SurgeResult] = ()


def run_and_exit(scenario: Scenario, options: RunOptions) -> None:
    """Run a surge, print and keep its result, and exit with the code that says whether all is well.

    Raises:
        BookingSimError: A requirement is invalid, a file cannot be written, or as `booking_sim.surge`.
    """
    announce(scenario)
    thresholds = with_defaults([Threshold.parse(text) for text in options.require])
    for threshold in thresholds:
        threshold.check(scenario)
        if threshold.is_ratio and not options.before:
            raise SettingError(f"'{threshold.text}' needs a run to compare with: give --compare-with too.")
    if options.junit is not None:
        check(options.junit)
    end_in_good_order()
    with reserved_dir(options.out, "surge") as folder:
        result = run(
            scenario,
            folder,
            name=options.name,
            tags=options.tags,
            abort_on=options.abort_on,
            restart=options.restart,
        )
    with interruptible():  # one Ctrl-C more takes no word of what came of the run
        judgements = judge(result, thresholds) + judge_ratios(options.before, [result], thresholds)
        if options.junit is not None:
            write(options.junit, result, judgements)
        describe = _json if options.as_json else _text
        click.echo(describe(result, folder, judgements, options))
    sys.exit(_status(result, judgements))


def _status(result: SurgeResult, judgements: Sequence[Judgement]) -> int:
    """The exit code: an interrupt explains the calls that were not made, and nothing else that is missing or wrong."""
    if [*result.manifest.problems] == [INTERRUPTED] and result.is_right:
        return EXIT_INTERRUPTED
    return 0 if result.ok and all(judgement.is_met for judgement in judgements) else 1


def _json(result: SurgeResult, folder: Path, judgements: Sequence[Judgement], options: RunOptions) -> str:
    failed = [judgement.threshold.text for judgement in judgements if not judgement.is_met]
    about: dict[str, Any] = {"out": str(folder), "failed": failed, "problems": [*result.manifest.problems]}
    if options.before:
        about["diff"] = DiffReport(options.before, [result], judgements).to_dict()
    return json.dumps(result.metrics() | {"not_reached": result.not_reached()} | about)


def _text(result: SurgeResult, folder: Path, judgements: Sequence[Judgement], options: RunOptions) -> str:
    parts = [report(result, folder)]
    if options.before:
        parts.append(DiffReport(options.before, [result], judgements).text())
    parts.append(unmet(judgements, len(options.require)).strip("\n"))
    return "\n\n".join(filter(None, parts))
