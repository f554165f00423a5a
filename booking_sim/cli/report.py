"""`booking-sim report`: a kept result as one page to send."""

from pathlib import Path

import click

from booking_sim.errors import BookingSimError
from booking_sim.report.page import page
from booking_sim.result.folder import PAGE
from booking_sim.result.loading import load


@click.command("report")
@click.argument("folder", metavar="RESULT_DIR", type=click.Path(path_type=Path))
@click.option("-o", "--out", type=click.Path(path_type=Path), help=f"The page  [default: RESULT_DIR/{PAGE}]")
def report_command(*, folder: Path, out: Path | None) -> None:
    """Make one HTML page of a result that `booking-sim surge` kept: to send, to print, to read on a phone.

    The answer comes first, then the pictures, then what was simulated and on what. The page holds all that it shows;
    who reads it needs a browser and nothing else.
    """
    path = out or folder / PAGE
    text = page(load(folder))
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BookingSimError(
            f"Cannot write to '{path}' ({error.strerror}): name a file that you can write with -o."
        ) from None
    click.echo(f"Written to {path}.")
