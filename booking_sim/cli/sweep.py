"""`booking-sim sweep`: a scenario with one setting varied, or two."""

import json
import math
import sys
from pathlib import Path
from typing import Any

import click
import pandas as pd

from booking_sim.cli.exit_codes import INTERRUPTED as EXIT_INTERRUPTED
from booking_sim.cli.settings import chosen_scenario, settings
from booking_sim.errors import SettingError
from booking_sim.sweeping.points import parse_vary
from booking_sim.sweeping.runs import TABLE, to_records
from booking_sim.sweeping.sweep import CHART, Sweep, sweep

_SHOWN = {"throughput": "answers per second", "p99_ms": "p99, ms", "answered_share": "share answered"}


@click.command("sweep")
@click.argument("scenario", required=False, metavar="[SCENARIO]")
@settings()
@click.option(
    "--vary", multiple=True, required=True, metavar="SETTING=A,B,...", help="Its values; may be given for two settings."
)
@click.option("--repeats", type=int, default=3, show_default=True, metavar="N", help="How often each is run.")
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="DIR", help="Where to keep the results.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array, an object per run, and nothing else.")
def sweep_command(
    *, scenario: str | None, vary: tuple[str, ...], repeats: int, out: Path, as_json: bool, **flags: Any
) -> None:
    """Run a scenario with one setting varied, or two, and repeats in turns.

    Any setting below but arrivals, kinds and seed can be varied, and `rate`: arrivals per second, at random, in place
    of the scenario's own. Each repeat has a seed of its own, the same at every point.

    \b
      booking-sim sweep --vary connections=4,16,64 --out results/connections
      booking-sim sweep club_gig --vary rate=50,100,200 --vary strategy=default,skip_locked --out results/rates

    Each result is kept in a folder of DIR. After Ctrl-C, the same command goes on where it was. DIR/runs.parquet has
    one row per run, DIR/sweep.png shows throughput and p99 with 95 % intervals over the repeats.

    Exits with 0 if every run is complete and passed its audit, 1 if not, 130 if interrupted.
    """  # noqa: D301  click's own mark keeps the lines apart
    pairs = [parse_vary(text) for text in vary]
    if len({name for name, _ in pairs}) < len(pairs):
        raise SettingError("A setting is varied twice: give all of its values at once.")
    found = sweep(chosen_scenario(scenario, flags), vary=dict(pairs), out=out, repeats=repeats)
    click.echo(json.dumps(to_records(found.runs)) if as_json else _text(found))
    if not found.is_complete:
        sys.exit(EXIT_INTERRUPTED)
    sys.exit(0 if found.ok else 1)


def _text(found: Sweep) -> str:
    tables = {about: found.table(metric) for metric, about in _SHOWN.items()}
    points = next(iter(tables.values())).index
    rows = [(*found.varied, *(f"{about} (95 %)" for about in tables))]
    for number, point in enumerate(points):
        values = point if isinstance(point, tuple) else (point,)
        rows.append((*map(str, values), *(_cell(table.iloc[number]) for table in tables.values())))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    wrong = found.runs[(found.runs["problems"] > 0) | ~found.runs["audit_ok"].astype(bool)]
    notes = [f"Not in order: {name}." for name in wrong["folder"]]
    done = f"{len(found.runs):,} of {found.planned:,} runs"
    return "\n".join([*lines, "", *notes, f"{done}. Kept in {found.folder}: {TABLE}, {CHART}."])


def _cell(row: "pd.Series[Any]") -> str:
    if pd.isna(row["mean"]):
        return "none"
    if row["mean"] == math.inf:
        return f"not reached in {row['not_reached']:.0f} of {row['repeats']:.0f}"
    interval = "" if pd.isna(row["low"]) else f" ({row['low']:,.4g} to {row['high']:,.4g})"
    return f"{row['mean']:,.4g}{interval}"
