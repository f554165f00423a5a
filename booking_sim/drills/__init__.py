"""Drills: deliberate faults during a surge, seeded, on a server of their own; and whether all is as it must be."""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import count
from pathlib import Path
from random import Random
from tempfile import mkdtemp
from typing import Final

from booking_sim.drills import of_processes, of_the_machine, of_the_network, of_the_server, of_the_tables
from booking_sim.drills.combined import SEPARATOR, combine, draw_combination
from booking_sim.drills.fault import FAULTS, Expected, Fault
from booking_sim.drills.outcome import DrillOutcome, Drills
from booking_sim.drills.run import run_drill
from booking_sim.drills.server import DrillServer
from booking_sim.errors import BookingSimError, SettingError
from booking_sim.result.folder import MANIFEST, make_dir
from booking_sim.validation import suggest

__all__ = ["FAULTS", "DrillOutcome", "Drills", "Expected", "Fault", "drill", "find_faults"]

_COMBINED: Final = 0.25
"""Which share of the drawn faults are combinations."""

PARTS = (of_processes, of_the_server, of_the_network, of_the_tables, of_the_machine)
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
        *faults: Their names; none: all that there are. In
            "server_stopped+worker_killed" one comes after the other.
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
        BookingSimError: There is no such fault, `duration` is not longer than 0, the
            folder cannot be made or contains results, or the server does not start.

    Example:
        What a surge makes of a worker that is killed:

            from booking_sim import drill

            drill("worker_killed", "session_terminated")
    """
    chosen = find_faults(*faults)
    if duration is not None and duration <= timedelta():
        raise SettingError("duration must be longer than 0: nothing would be tried.")
    folder = make_dir(Path(mkdtemp(prefix="booking_sim-drills-") if out is None else out))
    if any(folder.glob(f"*/{MANIFEST}")):
        raise BookingSimError(f"'{folder}' contains results, which are kept: name another folder.")
    planned = ((fault, seed) for fault in chosen) if duration is None else draw(chosen, seed)
    until = None if duration is None else time.monotonic() + duration.total_seconds()
    outcomes = Drills()
    not_shown: set[str] = set()
    with DrillServer() as server:
        for fault, its_seed in planned:
            is_over = bool(outcomes) and until is not None and time.monotonic() > until
            if is_over or not_shown.issuperset(each.name for each in chosen):
                break
            if fault.name in not_shown:
                continue
            name = fault.name if until is None else f"{its_seed}-{fault.name}"
            outcome = run_drill(fault, server, folder / name, its_seed)
            outcomes.append(outcome)
            if outcome.not_shown:
                not_shown.add(fault.name)
            on_outcome(outcome)
    return outcomes


def draw(faults: Sequence[Fault], seed: int) -> Iterator[tuple[Fault, int]]:
    """Draw faults and combinations of two without end, each with the seed that repeats its drill.

    Args:
        faults: What to draw from.
        seed: Of the first drill; each later one has the next.
    """
    for its_seed in count(seed):
        random = Random(its_seed)  # noqa: S311  repeatable, not a secret
        is_combined = random.random() < _COMBINED
        yield (draw_combination(faults, random) if is_combined else random.choice(faults)), its_seed


def find_faults(*names: str) -> list[Fault]:
    """Find faults by their names; all, if none is given.

    Args:
        *names: Of a fault, or of several with a plus sign between them, which happen one after the other.

    Raises:
        SettingError: There is no such fault.
    """
    for name in (part for each in names for part in each.split(SEPARATOR)):
        if name not in FAULTS:
            raise SettingError(f"Fault {name!r} is unknown: {suggest(name, FAULTS)}")
    return [FAULTS[name] if name in FAULTS else combine(*name.split(SEPARATOR)) for name in names or FAULTS]
