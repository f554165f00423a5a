"""`booking-sim surge`: run a scenario, print the answer, keep the result."""

import json
import math
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from booking_sim.cli.settings import chosen_scenario, settings
from booking_sim.load_generator.run import run
from booking_sim.result.folder import reserved_dir
from booking_sim.result.junit import check, write
from booking_sim.result.thresholds import Judgement, Threshold, judge, with_defaults

if TYPE_CHECKING:
    from booking_sim.result.result import SurgeResult

_INTERRUPTED = 130


@click.command("surge")
@click.argument("scenario", required=False, metavar="[SCENARIO]")
@settings()
@click.option("--out", type=click.Path(path_type=Path), help="Where to keep the result  [default: results/TIME-surge]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
@click.option("--require", multiple=True, metavar="'FIGURE < X'", help="Fail if this is not so; may be given again.")
@click.option("--junit", type=click.Path(path_type=Path), metavar="FILE", help="Write what held and what not for CI.")
def surge_command(
    *,
    scenario: str | None,
    out: Path | None,
    as_json: bool,
    require: tuple[str, ...],
    junit: Path | None,
    **flags: Any,
) -> None:
    """Let everybody come at once, and see who got a ticket.

    SCENARIO is a TOML file with any of the settings below, or the name of a ready one: see `booking-sim scenarios`.
    Flags override it.

    Runs on POSTGRES_URL if set, else on the PG* variables, else on an embedded PostgreSQL. Exits with 0 if the audit
    and all that is required holds, 1 if not or if a worker was lost, 130 if interrupted; the result is kept in each
    case.

    \b
    What can be required: any figure that --json shows, of the whole run or of a part.
      --require 'oversold == 0' --require 'p99_ms < 50'
      --require 'p99_ms[5s:] < 50'       of what was answered 5 s after the start and later
      --require 'throughput[5s:1m] > 1000'
    """  # noqa: D301  click's own mark keeps the lines apart
    chosen = chosen_scenario(scenario, flags)
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
        click.echo(_report(result, folder))
        click.echo(_judgement(judgements), nl=False)
    if result.manifest.interrupted:
        sys.exit(_INTERRUPTED)
    sys.exit(0 if result.ok and all(judgement.is_met for judgement in judgements) else 1)


def _report(result: "SurgeResult", folder: Path) -> str:
    figures = result.summary()
    broken = result.audit[result.audit["violations"] > 0]
    audit = "holds" if broken.empty else "FAILS: " + "; ".join(broken["rule"])
    lines = {
        "buyers": f"{figures['held']:,} held · {figures['sold_out']:,} sold out · {figures['contended']:,} contended"
        f" · {figures['errors']:,} errors · {figures['unanswered']:,} unanswered",
        "left": f"{figures['gave_up']:,} gave up waiting for a connection · {figures['timed_out']:,} timed out",
        "payments": f"{figures['confirmed']:,} in time · {figures['expired']:,} too late, which sold nothing",
        "attempts": f"{figures['attempts']:,} in {figures['duration_s']:.2f} s, {figures['throughput']:,.0f} a second"
        + (f" · {figures['retries']:,} asked again" if figures["retries"] else ""),
        "latency": " · ".join(f"p{percent} {figures[f'p{percent}_ms']:,.1f} ms" for percent in (50, 95, 99)),
        "skipped": _skipped(result),
        "slowed by": f"the {result.manifest.generator.bottleneck or 'generator'}",
        "oversold": f"{figures['oversold']:,}",
        "audit": f"{audit} ({result.audit['checked'].sum()} invariants)",
        "kept in": str(folder),
    }
    for line, figure in (
        ("left", figures["gave_up"] + figures["timed_out"]),
        ("payments", figures["confirmed"] + figures["expired"]),
    ):
        if not figure:
            del lines[line]
    if result.partial:
        lines["partial"] = "; ".join(result.manifest.problems)
    if result.manifest.observer.problems:
        lines["observer"] = "; ".join(result.manifest.observer.problems)
    return "\n".join([f"{result.headline}.", "", *(f"  {name:<9} {text}" for name, text in lines.items())])


def _skipped(result: "SurgeResult") -> str:
    """The skip depth, and what of it the server did not let be seen."""
    depth, measured = result.summary()["skip_depth"], result.manifest.skip_depth
    if math.isnan(depth):
        return "not measured: no call that got tickets was among the sample (--depth-every)"
    unseen = (
        "" if measured is None or measured.plans else "; locked ones not seen: that takes a superuser, or auto_explain"
    )
    return f"{depth:,.1f} tickets walked past for each one taken{unseen}"


def _judgement(judgements: Sequence[Judgement]) -> str:
    """A table of what was required and is not so; one line if all is."""
    if not judgements:
        return ""
    failed = [judgement for judgement in judgements if not judgement.is_met]
    width = max((len(judgement.threshold.text) for judgement in failed), default=0)
    rows = [f"  {judgement.threshold.text:<{width}}   measured: {judgement}" for judgement in failed]
    return "\n".join(["", f"{len(judgements) - len(failed)} of {len(judgements)} requirements are met.", *rows, ""])
