"""`booking-sim holdout`: how far forecasts are from surges that the calibration has not seen."""

import json
import sys
from pathlib import Path

import click

from booking_sim.calibration.holdout import REPEATS, Holdout, holdout


@click.command("holdout")
@click.argument("server", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--repeats", type=int, default=REPEATS, show_default=True, metavar="N", help="How often each is run.")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write the table as JSON, too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def holdout_command(*, server: Path, repeats: int, out: Path | None, as_json: bool) -> None:
    """Measure the error of forecasts on surges that the calibration has not seen.

    FILE is the model that `booking-sim calibrate` wrote, of the same server.

    Runs on POSTGRES_URL if set, else on the PG* variables, else on an embedded PostgreSQL. Six scenarios take turns.
    The error is the geometric mean of forecast divided by surge; the run-to-run ratio says by which factor repeats of
    a surge differ. A goal is reached if the error is within it, or within the run-to-run ratio where that is wider.

    Exits with 0 if every goal is reached, with 1 if not.
    """
    found = holdout(
        server,
        repeats=repeats,
        on_surge=lambda name, number: click.echo(f"  {name}, {number + 1} of {repeats}", err=True),
    )
    if out is not None:
        found.save(out)
    if as_json:
        click.echo(json.dumps({"headline": found.headline, "table": found.table().to_dict("records")}))
    else:
        click.echo(_report(found))
    sys.exit(0 if found.ok else 1)


def _report(found: Holdout) -> str:
    columns = f"{'surge':>10}{'forecast':>10}{'error':>8}{'run to run':>12}{'goal':>7}{'inside':>8}"
    head = f"  {'scenario':<11}{'metric':<18}{columns}"
    rows = [
        f"  {row['scenario']:<11}{row['metric']:<18}{row['surge']:>10,.4g}{row['forecast']:>10,.4g}{row['error']:>8.2f}"
        f"{row['run_to_run']:>12.2f}{row['goal']:>7.2f}{row['inside']:>8.0%}{'' if row['reached'] else '  missed'}"
        for row in found.table().to_dict("records")
    ]
    return "\n".join([f"{found.headline}.", "", head, *rows])
