"""The doctor: what will hurt a run on this server and machine, and what to do about it."""

from dataclasses import replace

from booking_sim.database import connect, open_server
from booking_sim.database.explaining import explained
from booking_sim.diagnostics import settings, surroundings
from booking_sim.diagnostics.check_result import CheckResult, CheckVerdict, Diagnosis
from booking_sim.diagnostics.facts import gather
from booking_sim.diagnostics.generator_cost import cpu_per_call_s
from booking_sim.diagnostics.surroundings import IN_SCRATCH_DATABASES
from booking_sim.scenario.scenario import Scenario
from booking_sim.validation import invalid

__all__ = ["CheckResult", "CheckVerdict", "Diagnosis", "doctor"]


COMMANDS = ("surge", "audit", *IN_SCRATCH_DATABASES)
"""What can be judged by."""


def doctor(url: str | None = None, *, command: str = "surge", connections: int | None = None) -> Diagnosis:
    """Say what will hurt a run on this server and machine, and what to do about it.

    It takes a second or two, and works with an ordinary user of anybody's
    PostgreSQL. Nothing is changed; a few bytes go to the server's log of changes, to
    see how long a commit waits for the disk.

    Args:
        url: The database, as a libpq URL. None: POSTGRES_URL, else the PG* variables,
            else the embedded server.
        command: What is to be run: `surge`, `audit`, `compare`, `bench` or
            `strategies`. Privileges are judged by what it needs.
        connections: How many a run is to open; as many as a Scenario opens by default
            if None.

    Returns:
        The findings: `to_frame()` gives a row a check, and `ok` whether none of them
        will hurt.

    Raises:
        BookingSimError: There is no server to check, there is no such command, or
            `connections` is less than one.

    Example:
        Before a run with three hundred connections:

            from booking_sim import doctor

            doctor(connections=300)
    """
    wanted = Scenario().connections if connections is None else connections
    if wanted < 1:
        raise invalid("connections", wanted, "a whole number from 1 on")
    if command not in COMMANDS:
        raise invalid("command", command, f"one of {', '.join(COMMANDS)}")
    with (
        explained(),
        open_server(url) as server,
        connect(server.url, application_name="booking_sim doctor") as connection,
    ):
        facts = replace(gather(connection, wanted, command), cpu_per_call_s=cpu_per_call_s(server.url))
    return Diagnosis((*settings.checks(facts), *surroundings.checks(facts)))
