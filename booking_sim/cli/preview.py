"""`booking-sim surge --preview`: when buyers will come, before anything runs; and what is said before a long run."""

from pathlib import Path

import click
from matplotlib import style
from matplotlib.figure import Figure

from booking_sim.errors import SettingError
from booking_sim.plots.arrivals import arrivals_over_time
from booking_sim.plots.style import STYLE
from booking_sim.scenario.preview import Preview
from booking_sim.scenario.scenario import Scenario


def show_preview(scenario: Scenario, png: Path | None) -> None:
    """Print how many buyers come and when, and draw them in the terminal.

    Args:
        scenario: What is to be simulated.
        png: Where to write a chart; None: nowhere.

    Raises:
        SettingError: There is nothing to draw in a chart, or the file cannot be written.
    """
    preview = Preview(scenario)
    click.echo("\n\n".join(filter(None, (preview.describe(), preview.sketch()))))
    if png is None:
        return
    if scenario.schedule is None:
        raise SettingError("--png draws arrivals, and the scenario has none: give --arrivals too.")
    try:
        with style.context(STYLE):
            figure = Figure(figsize=(9, 4), layout="constrained")
            arrivals_over_time(scenario.schedule, ax=figure.subplots())
            figure.savefig(png, format="png", dpi=150)
    except OSError as error:
        raise SettingError(f"Cannot write to '{png}' ({error.strerror}): name a file that you can write.") from None
    click.echo(f"\nWritten to {png}.")


def announce(scenario: Scenario) -> None:
    """Say on stderr how long a long run will take, and what of the arrivals is cut off."""
    if announcement := Preview(scenario).announcement():
        click.echo(announcement, err=True)
