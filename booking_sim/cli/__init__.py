"""The command line: `booking-sim`. Thin: parse, call, print."""

import logging
import sys
from collections import UserDict
from collections.abc import Sequence
from pkgutil import resolve_name

import click
import psycopg

from booking_sim.cli.exit_codes import INTERRUPTED as EXIT_INTERRUPTED
from booking_sim.database.explaining import explain_statement
from booking_sim.errors import BookingSimError
from booking_sim.redaction import redact


class _Commands(UserDict[str, click.Command]):
    """The commands by name. A module is imported when its command is used: pandas takes a second."""

    def __init__(self, places: dict[str, str]) -> None:
        self.data = places  # type: ignore[assignment]  # the places; those who ask get the commands

    def __getitem__(self, name: str) -> click.Command:
        command: click.Command = resolve_name(str(self.data[name]))
        return command


class _Group(click.Group):
    """The top of the command line. Its help lists the commands in its own words, without importing them."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Leave out the list, which would import every command."""


COMMANDS = {
    "surge": "booking_sim.cli.surge:surge_command",
    "scenarios": "booking_sim.cli.scenarios:scenarios",
    "lab": "booking_sim.cli.lab:lab_command",
    "results": "booking_sim.cli.results:results",
    "rerun": "booking_sim.cli.rerun:rerun_command",
    "diff": "booking_sim.cli.diff:diff_command",
    "report": "booking_sim.cli.report:report_command",
    "audit": "booking_sim.cli.audit:audit_command",
    "prove": "booking_sim.cli.prove:prove_command",
    "drill": "booking_sim.cli.drill:drill_command",
    "strategies": "booking_sim.cli.strategies:strategies",
    "compare": "booking_sim.cli.compare:compare_command",
    "sweep": "booking_sim.cli.sweep:sweep_command",
    "knee": "booking_sim.cli.knee:knee_command",
    "calibrate": "booking_sim.cli.calibrate:calibrate_command",
    "forecast": "booking_sim.cli.forecast:forecast_command",
    "holdout": "booking_sim.cli.holdout:holdout_command",
    "plan": "booking_sim.cli.plan:plan_command",
    "bench": "booking_sim.cli.bench:bench_command",
    "doctor": "booking_sim.cli.doctor:doctor_command",
    "db": "booking_sim.cli.db:db",
}
"""Where each command is: module and name."""


@click.group(cls=_Group, commands=_Commands(COMMANDS), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="booking-sim")
@click.option("-v", "--verbose", is_flag=True, help="Log to stderr: servers, connections, workers, the observer.")
def cli(*, verbose: bool) -> None:
    """What happens to a booking database when everybody comes at once?

    \b
    Start here:
      booking-sim surge        run a surge on PostgreSQL, see who got a ticket
      booking-sim scenarios    ready scenarios: a club gig, a stadium's on-sale, a bot storm
      booking-sim lab          the notebooks in JupyterLab: run and change them
      booking-sim results      the results that are kept: list, find and remove them
      booking-sim diff         compare results: is it better or worse than before?
      booking-sim rerun        repeat a run, and see what differs
      booking-sim report       write a result as one HTML page, to send
      booking-sim audit        check that no ticket was sold twice
      booking-sim prove        check a kept result: was each answer true?
      booking-sim drill        break something on purpose while a surge runs
      booking-sim strategies   the ways to claim a ticket, and what each costs
      booking-sim compare      the same buyers for several strategies, side by side
      booking-sim sweep        run one scenario with a setting varied
      booking-sim knee         the greatest arrival rate that is still good enough
      booking-sim calibrate    measure a server for a forecast
      booking-sim forecast     run a scenario on a model of a server: any number of buyers
      booking-sim holdout      measure how far forecasts are from surges
      booking-sim plan         twelve answers: how many connections, which hold, when sold out
      booking-sim bench        how near a strategy comes to the least cost of its writes
      booking-sim doctor       what will hurt a run here, and what to do
      booking-sim db --help    the PostgreSQL that all of it runs on: start, stop, grant
    """  # noqa: D301  click's own mark keeps the lines apart
    if verbose:
        log = logging.getLogger("booking_sim")
        log.setLevel(logging.DEBUG)
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(name)s: %(message)s"))
        log.addHandler(handler)
        click.get_current_context().call_on_close(lambda: log.removeHandler(handler))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line: 0 done, 1 the audit failed, 2 bad input (one line on stderr), 130 interrupted.

    Args:
        arguments: What follows the program's name; None: what this process was started with.
    """
    try:
        sys.exit(cli.main(arguments, prog_name="booking-sim", standalone_mode=False))
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        sys.exit(2)
    except (BookingSimError, click.ClickException) as error:
        fail(error)
    except psycopg.Error as error:
        fail(explain_statement(error))
    except (KeyboardInterrupt, click.Abort):
        sys.exit(EXIT_INTERRUPTED)


def fail(error: BookingSimError | click.ClickException) -> None:
    """Print one line that says what is wrong and what to do, and exit with the code of its class; click's with 2."""
    message = error.format_message() if isinstance(error, click.ClickException) else str(error)
    context = getattr(error, "ctx", None)
    if isinstance(error, click.UsageError) and context is not None:
        message = (
            f"{message if message.endswith(('.', '?', '?)')) else f'{message}.'} See '{context.command_path} --help'."
        )
    click.echo(f"booking-sim: {redact(' '.join(message.split()))}", err=True)
    sys.exit(error.exit_code if isinstance(error, BookingSimError) else 2)
