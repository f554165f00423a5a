"""`booking-sim drill`: deliberate faults during surges, and whether each ends as it must."""

import json
import math
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from booking_sim.cli.ending import end_in_good_order
from booking_sim.cli.labels import labelled
from booking_sim.drills import DrillOutcome, Drills, Fault, drill, find_faults
from booking_sim.durations import parse_duration
from booking_sim.result.folder import make_dir
from booking_sim.result.junit import check


@click.command("drill")
@click.argument("faults", nargs=-1, metavar="[FAULT]...")
@click.option("--all", "every", is_flag=True, help="Run every fault, one after the other.")
@click.option("--for", "duration", metavar="TIME", help="Draw faults until the time is over: 10m, 8h.")
@click.option("--seed", type=int, default=1, show_default=True, metavar="N", help="The same seed repeats a drill.")
@click.option("--out", type=click.Path(path_type=Path), help="Where to keep the surges  [default: results/TIME-drill]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
@click.option("--junit", type=click.Path(path_type=Path), metavar="FILE", help="Write a test case per drill, for CI.")
def drill_command(
    *,
    faults: tuple[str, ...],
    every: bool,
    duration: str | None,
    seed: int,
    out: Path | None,
    as_json: bool,
    junit: Path | None,
) -> None:
    """Break something on purpose while a surge runs, and see whether it ends as it must.

    Without a FAULT, the faults are listed. Each has a surge of its own on an embedded server that is made for the
    drills and removed afterwards: your data is not changed. Then audit and proof judge the surge, its exit code and
    message are compared with what the fault must cause, and nothing may be left behind: no process, no database
    session, no scratch database. Negative controls are faults that audit or proof must detect. A fault that cannot be
    made on this machine is reported as not shown here, with the reason.

    Exits with 0 if every drill ended as it must, 1 if not, 2 for bad input, 130 if interrupted.

    \b
      booking-sim drill worker_killed     one fault
      booking-sim drill --all             all of them, in a few minutes
      booking-sim drill --all --seed 7    at other instants
      booking-sim drill server_killed+worker_killed
                                          one after the other, in one surge
      booking-sim drill --for 10m         faults, and combinations of two, drawn until the
                                          time is over; each line has the seed that repeats it
    """  # noqa: D301  click's own mark keeps the lines apart
    chosen = find_faults(*faults)
    length = None if duration is None else parse_duration(duration)
    if not faults and not every and length is None:
        _list(chosen, as_json=as_json)
        return
    if junit is not None:
        check(junit)
    end_in_good_order()
    folder = make_dir(out or Path("results") / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-drill")
    outcomes = Drills()

    def keep(outcome: DrillOutcome) -> None:
        """Write what is known so far: who interrupts hours of drills has what they found."""
        outcomes.append(outcome)
        outcomes.write_json(folder / "drills.json")
        if junit is not None:
            outcomes.write_junit(junit)
        if not as_json:
            _print(outcome)

    drill(*faults, seed=seed, duration=length, out=folder, on_outcome=keep)
    if as_json:
        click.echo(json.dumps(outcomes.to_dict() | {"out": str(folder)}))
    else:
        click.echo(f"\n{outcomes.headline}. Kept in {folder}.")
    sys.exit(0 if outcomes.ok else 1)


def _list(faults: Sequence[Fault], *, as_json: bool) -> None:
    if as_json:
        rows = [{"fault": fault.name, "sentence": fault.sentence, "expected": fault.expected} for fault in faults]
        click.echo(json.dumps({"faults": rows}))
        return
    width = max(len(fault.name) for fault in faults)
    for fault in faults:
        click.echo(labelled(fault.name, f"{fault.sentence} Expected: {fault.expected}.", width))


def _print(outcome: DrillOutcome) -> None:
    if outcome.not_shown:
        click.echo(f"{'-':<5} {outcome.fault:<22} {outcome.sentence} Not shown here: {outcome.not_shown}.")
        return
    recovery = "" if math.isnan(outcome.recovery_s) else f", answers again after {outcome.recovery_s:.2f} s"
    found = f"{outcome.attempts:,} calls, {outcome.unknown:,} without an answer{recovery}"
    click.echo(
        f"{'ok' if outcome.ok else 'FAIL':<5} {outcome.fault:<22} {outcome.sentence} {outcome.expected.capitalize()}:"
        f" {found}. Audit: {outcome.audit}; proof: {outcome.proof}. Seed {outcome.seed}."
    )
    for failure in outcome.failures:
        click.echo(f"{'':<28} {failure}")
