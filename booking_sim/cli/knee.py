"""`booking-sim knee`: the greatest arrival rate that still meets requirements."""

import json
import math
import sys
from pathlib import Path
from typing import Any

import click

from booking_sim.cli.settings import chosen_scenario, settings
from booking_sim.sweeping.knee import CHART, Knee, knee
from booking_sim.sweeping.runs import TABLE, to_records


@click.command("knee")
@click.argument("scenario", required=False, metavar="[SCENARIO]")
@settings()
@click.option(
    "--require", multiple=True, required=True, metavar="'METRIC < X'", help="What a run must meet; may be given again."
)
@click.option("--start", type=float, default=100.0, show_default=True, metavar="X", help="The first rate to try.")
@click.option("--precision", type=float, default=0.1, show_default=True, metavar="X", help="0.1: to 10 % of the rate.")
@click.option("--repeats", type=int, default=3, show_default=True, metavar="N", help="How often each rate is run.")
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="DIR", help="Where to keep the results.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def knee_command(
    *,
    scenario: str | None,
    require: tuple[str, ...],
    start: float,
    precision: float,
    repeats: int,
    out: Path,
    as_json: bool,
    **flags: Any,
) -> None:
    """Find the greatest arrival rate that still meets requirements, and what limits it there.

    The rate is doubled until most repeats fail, or halved until they do not; then the interval is bisected. Buyers come
    at random for the scenario's duration, or 10 s. Give enough tickets: after the last one, calls are refusals, which
    cost less. Some ten rates are tried, which takes 6 minutes as a rule; a bar says how many runs are left.

    \b
      booking-sim knee --require 'p99_ms < 200' --tickets 100000 --out results/knee
      booking-sim knee --require 'p99_ms < 200' --tickets 100000 --duration 2s --repeats 1 --out results/quick

    Each result is kept in a folder of DIR, and DIR/runs.parquet has one row per run, DIR/knee.png is a chart; the
    same command does not repeat them. If no rate fails, the answer is "at least" the greatest that was tried.

    Exits with 0 if a rate meets the requirements, 1 if none does, 130 if interrupted.
    """  # noqa: D301  click's own mark keeps the lines apart
    found = knee(require, chosen_scenario(scenario, flags), out=out, start=start, precision=precision, repeats=repeats)
    click.echo(_json(found) if as_json else _text(found, out))
    sys.exit(0 if found.rate else 1)


def _json(found: Knee) -> str:
    about = {
        "headline": found.headline,
        "rate": found.rate,
        "low": found.low,
        "high": None if math.isinf(found.high) else found.high,
        "greatest": found.greatest,
        "limit": found.limit,
    }
    return json.dumps(about | {"runs": to_records(found.runs)})


def _text(found: Knee, out: Path) -> str:
    tried = found.runs.groupby("rate").agg(met=("met", "sum"), repeats=("met", "size"), p99_ms=("p99_ms", "mean"))
    rows = [
        f"{rate:>14,.4g}  {row.met:>3.0f} of {row.repeats:<3.0f}  {_ms(row.p99_ms):>11}"
        for rate, row in tried.iterrows()
    ]
    return "\n".join(
        [
            f"{'buyers per s':>14}  {'met':<10}  {'p99, ms':>11}",
            *rows,
            "",
            f"{found.headline}.",
            f"Kept in {out}: {TABLE}, {CHART}.",
        ]
    )


def _ms(mean: float) -> str:
    return "not reached" if math.isinf(mean) else "none" if math.isnan(mean) else f"{mean:,.4g}"
