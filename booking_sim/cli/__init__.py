"""The command line: `booking-sim`. Thin: parse, call, print."""

import sys
from collections.abc import Sequence

import click

from booking_sim.cli.audit import audit_command
from booking_sim.cli.bench import bench_command
from booking_sim.cli.compare import compare_command
from booking_sim.cli.db import db as db_command
from booking_sim.cli.doctor import doctor_command
from booking_sim.cli.lab import lab_command
from booking_sim.cli.prove import prove_command
from booking_sim.cli.report import report_command
from booking_sim.cli.scenarios import scenarios as scenarios_command
from booking_sim.cli.strategies import strategies as strategies_command
from booking_sim.cli.surge import surge_command
from booking_sim.database import redact
from booking_sim.errors import BookingSimError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="booking-sim")
def cli() -> None:
    """What happens to a booking database when everybody comes at once?

    \b
    Start here:
      booking-sim surge        run a surge against PostgreSQL, see who got a ticket
      booking-sim scenarios    ready ones: a club gig, a stadium's on-sale, a bot storm
      booking-sim lab          the notebooks in JupyterLab: run, change and look
      booking-sim report       one page of a surge's result, to send
      booking-sim audit        check that no ticket was sold twice
      booking-sim prove        check a kept result: was each answer true?
      booking-sim strategies   the ways to claim a ticket, and what each costs
      booking-sim compare      the same crowd for each of them, side by side
      booking-sim bench        how near the database's limit they come
      booking-sim doctor       what will hurt a run here, and what to do
      booking-sim db --help    the database that all of it runs on
    """  # noqa: D301  click's own mark keeps the lines apart


cli.add_command(db_command)
cli.add_command(surge_command)
cli.add_command(scenarios_command)
cli.add_command(lab_command)
cli.add_command(report_command)
cli.add_command(audit_command)
cli.add_command(prove_command)
cli.add_command(strategies_command)
cli.add_command(bench_command)
cli.add_command(compare_command)
cli.add_command(doctor_command)


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
    except (KeyboardInterrupt, click.Abort):
        sys.exit(130)


def fail(error: BookingSimError | click.ClickException) -> None:
    """Print one line that says what is wrong and what to do, and exit with the code of its class; click's with 2."""
    message = error.format_message() if isinstance(error, click.ClickException) else str(error)
    context = getattr(error, "ctx", None)
    if isinstance(error, click.UsageError) and context is not None:
        message = f"{message.rstrip('.')}. See '{context.command_path} --help'."
    click.echo(f"booking-sim: {redact(' '.join(message.split()))}", err=True)
    sys.exit(error.exit_code if isinstance(error, BookingSimError) else 2)
