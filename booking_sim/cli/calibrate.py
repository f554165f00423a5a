"""`booking-sim calibrate`: measure a server, and keep the model for `booking-sim forecast`."""

from pathlib import Path

import click

from booking_sim.calibration.calibrate import TICKETS, calibrate


@click.command("calibrate")
@click.option("--out", type=click.Path(path_type=Path), default=Path("server.json"), show_default=True, metavar="FILE")
@click.option("--strategy", default="default", show_default=True, metavar="NAME|PATH.sql", help="How to claim tickets.")
@click.option("--tickets", type=int, default=TICKETS, show_default=True, metavar="N", help="Tickets of each surge.")
def calibrate_command(*, out: Path, strategy: str, tickets: int) -> None:
    """Measure a server with short surges, and write a model of it for `forecast`, `holdout` and `plan`.

    Runs on POSTGRES_URL if set, else on the PG* variables, else on an embedded PostgreSQL. It takes less than three
    minutes, and up to five more where the speed of the machine changes by more than 15 %.
    """
    model = calibrate(
        strategy=strategy, tickets=tickets, on_surge=lambda level: click.echo(f"  {level} calls in flight", err=True)
    )
    model.save(out)
    if warning := model.manifest.get("warning"):
        click.echo(f"Warning: {warning}, so the intervals of a forecast are wide.", err=True)
    click.echo(f"{model.name}. Written to {out}.\n")
    click.echo("  calls in flight  answers per second  the curve")
    for level, rate in model.manifest["rates"].items():
        click.echo(f"  {level:>15}  {rate:>18,.0f}  {model.throughput(int(level)):>9,.0f}")
    for name, found in model.usl.items():
        click.echo(f"  {name} {found['value']:.4g} (90 %: {found['low']:.4g} to {found['high']:.4g})")
