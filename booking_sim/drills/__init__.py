"""Drills: deliberate faults during a surge, seeded, on a server of their own; and whether all is as it must be."""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import count
from pathlib import Path
from random import Random
from tempfile import mkdtemp

from booking_sim.drills import of_processes, of_the_network, of_the_server, of_the_tables
from booking_sim.drills.fault import FAULTS, Expected, Fault
from booking_sim.drills.outcome import DrillOutcome, Drills
from booking_sim.drills.run import run_drill
from booking_sim.drills.server import DrillServer
from booking_sim.errors import SettingError
from booking_sim.validation import suggest

__all__ = ["FAULTS", "DrillOutcome", "Drills", "Expected", "Fault", "drill", "find_faults"]

PARTS = (of_processes, of_the_server, of_the_network, of_the_tables)
"""The modules whose faults are registered."""


def drill(
    *faults: str,
    seed: int = 1,
    duration: timedelta | None = None,
    out: str | Path | None = None,
    on_outcome: Callable[[DrillOutcome], None] = lambda _: None,
) -> Drills:
    """Run surges with deliberate faults, and see whether each ends as it must.

    Each fault has a surge of three seconds, in a process of its own, on an embedded
    server that is made for the drills and removed afterwards: nothing of yours is
    touched. Afterwards audit and proof judge the surge, and nothing may be left behind:
    no process, no database session, no scratch database. Negative controls are faults
    that audit or proof have to detect.

    Args:
        *faults: Their names; none: all that there are.
        seed: Of the surges, and of the instant of each fault. The same seed gives the
            same faults at the same instants after the first hold.
        duration: Draw faults, each with a seed of its own, until so much time is over.
            None: run each fault once.
        out: A folder for the results of the surges, one below it for each fault. None:
            a new temporary one, which stays.
        on_outcome: Called with each outcome as it is known.

    Returns:
        An outcome for each fault, in order: `ok` says whether all ended as they must.

    Raises:
        BookingSimError: There is no such fault, the folder cannot be written to, or the
            server does not start.

    Example:
        What a surge makes of a worker that is killed:

            from booking_sim import drill

            drill("worker_killed", "session_terminated")
    """
    chosen = find_faults(*faults)
    folder = Path(mkdtemp(prefix="booking_sim-drills-") if out is None else out)
    planned = ((fault, seed) for fault in chosen) if duration is None else draw(chosen, seed)
    until = None if duration is None else time.monotonic() + duration.total_seconds()
    outcomes = Drills()
    with DrillServer() as server:
        for fault, its_seed in planned:
            if until is not None and time.monotonic() > until:
                break
            name = fault.name if until is None else f"{its_seed}-{fault.name}"
            outcome = run_drill(fault, server, folder / name, its_seed)
            outcomes.append(outcome)
            on_outcome(outcome)
    return outcomes


def draw(faults: Sequence[Fault], seed: int) -> Iterator[tuple[Fault, int]]:
    """Draw faults without end, each with the seed that repeats its drill.

    Args:
        faults: What to draw from.
        seed: Of the first drill; each later one has the next.
    """
    for its_seed in count(seed):
        yield Random(its_seed).choice(faults), its_seed  # noqa: S311  repeatable, not a secret


def find_faults(*names: str) -> list[Fault]:
    """Find faults by their names; all, if none is given.

    Raises:
        SettingError: There is no such fault.
    """
    for name in names:
        if name not in FAULTS:
            raise SettingError(f"Fault {name!r} is unknown: {suggest(name, FAULTS)}")
    return [FAULTS[name] for name in names or FAULTS]
