"""Faults one after the other in one surge: the next begins while the surge still has to do with the one before."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from random import Random
from typing import Final

from booking_sim.drills.fault import FAULTS, Expected, Fault
from booking_sim.drills.stage import Stage
from booking_sim.errors import SettingError

SEPARATOR: Final = "+"
"""Between the names of the faults."""
_ORDER: Final = (Expected.SURVIVES, Expected.UNKNOWN, Expected.STOPS)
"""A surge with several faults must end as the last of theirs in this list."""
_LONGEST_PAUSE_S: Final = 0.5


def can_be_combined(fault: Fault) -> bool:
    """Whether a fault can have others beside it: it needs no server of its own, and answers are right after it."""
    return fault.server is None and fault.expected in _ORDER


def combine(*names: str) -> Fault:
    """Make one fault of several.

    Args:
        *names: Of the faults, in the order in which they happen.

    Raises:
        SettingError: They cannot be combined.
    """
    faults = [FAULTS[name] for name in names]
    name = SEPARATOR.join(names)
    for fault in faults:
        if not can_be_combined(fault):
            raise SettingError(f"Fault {name!r} cannot be: {fault.name!r} can only be alone.")
    for fault in faults[:-1]:
        if fault.is_last:
            raise SettingError(f"Fault {name!r} cannot be: {fault.name!r} can only be the last.")
    last = faults[-1]

    @contextmanager
    def inject(stage: Stage) -> Iterator[None]:
        for fault in faults[:-1]:
            with fault.inject(stage):
                stage.pause(fault.lasts_s)
            stage.pause(stage.random.uniform(0, _LONGEST_PAUSE_S))
            stage.wait("the end of the server's restart", stage.server.takes_connections)
        with last.inject(stage):
            yield

    return Fault(
        name=name,
        sentence=" Then: ".join(fault.sentence for fault in faults),
        expected=max((fault.expected for fault in faults), key=_ORDER.index),
        lasts_s=last.lasts_s,
        statuses=last.statuses,
        says=last.says,
        is_through_proxy=any(fault.is_through_proxy for fault in faults),
        times=sum(fault.times for fault in faults),
        server=None,
        is_last=last.is_last,
        inject=inject,
    )


def draw_combination(faults: Sequence[Fault], random: Random) -> Fault:
    """Draw two of some faults, in an order in which both can happen; one, if there are no two.

    Args:
        faults: What to draw from.
        random: What decides.
    """
    fit = [fault for fault in faults if can_be_combined(fault)]
    first = [fault for fault in fit if not fault.is_last]
    if not first:
        return random.choice(faults)
    return combine(random.choice(first).name, random.choice(fit).name)
