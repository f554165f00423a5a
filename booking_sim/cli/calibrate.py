"""`booking-sim calibrate`: measure a server, and keep the model for `booking-sim forecast`."""

from pathlib import Path

import click


@click.command("calibrate")
@click.option("--out", type=click.Path(path_type=Path), default=Path("server.json"), show_default=True, metavar="FILE")
@click.option("--strategy", default="default", show_default=True, metavar="NAME|PATH.sql", help="As in `surge`.")
def calibrate_command(*, out: Path, strategy: str) -> None:
    """Measure a server with short surges, and write a model of it.

    Runs on POSTGRES_URL if set, else on the PG* variables, else on an embedded PostgreSQL. It takes under three
    minutes; up to five more where the machine's speed changes.
    """
    from booking_sim.calibration.calibrate import calibrate  # noqa: PLC0415  --help does not wait for numpy and pandas

    model = calibrate(strategy=strategy, on_level=lambda level: click.echo(f"  {level} calls in flight", err=True))
    model.save(out)
    if "warning" in model.manifest:
        click.echo(f"Warning: {model.manifest['warning']}; the intervals are as much wider.", err=True)
    rates = ", ".join(f"{level}: {rate:,.0f}" for level, rate in model.manifest["rates"].items())
    click.echo(f"{model.name}. Calls per second by calls in flight: {rates}. Written to {out}.")
