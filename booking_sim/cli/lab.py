"""`booking-sim lab`: the notebooks in JupyterLab, with a PostgreSQL that runs as long as JupyterLab."""

from pathlib import Path

import click

from booking_sim.notebook.lab import PORT, check_installed, copy_notebooks, open_lab


@click.command("lab")
@click.argument("folder", type=click.Path(path_type=Path), default="booking-lab")
@click.option("--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="Where it listens.")
@click.option("--no-browser", is_flag=True, help="Open no browser; the address is printed.")
def lab_command(*, folder: Path, port: int, no_browser: bool) -> None:
    """Open the notebooks in JupyterLab, with a PostgreSQL that runs as long as JupyterLab.

    They are copied to FOLDER (booking-lab unless you name another). The copies are yours: what you run or change there
    is kept the next time. Ctrl-C ends JupyterLab, the kernels and the PostgreSQL.

    BOOKING_SIM_SCALE=10 in the environment makes every notebook's buyers and tickets ten times as many.
    """
    check_installed()
    copied, kept = copy_notebooks(folder)
    click.echo(f"The notebooks are in {folder}: {len(copied)} copied.")
    if kept:
        click.echo(f"Kept as you left them: {', '.join(kept)}. To have one afresh, rename or remove yours.")
    open_lab(folder, port=port, browser=not no_browser, on_ready=_show)


def _show(url: str) -> None:
    click.echo(f"JupyterLab: {url}\nCtrl-C ends it.")
