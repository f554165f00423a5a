"""A deliberate fault: what it does during a surge, and how that surge must end."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from inspect import getdoc
from typing import Final

from booking_sim.drills.server import DrillServer
from booking_sim.drills.stage import Stage
from booking_sim.errors import BookingSimError


class NotShown(BookingSimError):  # noqa: N818  what happened, as in booking_sim.errors
    """A fault cannot be made on this machine; the message says why."""


class Expected(StrEnum):
    """What a user can expect of a surge that meets a fault."""

    SURVIVES = "survives"
    """It goes on, and all answers are true."""
    UNKNOWN = "answers unknown"
    """It goes on; some answers are lost, and their requests are repeated. All other answers are true."""
    STOPS = "stops with a message"
    """It ends early, or something is missing from its result, and a line says what. All answers are true."""
    DETECTED = "detected"
    """Answers or tables are not right any more, and audit or proof say so: a negative control."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A deliberate fault.

    Attributes:
        name: In one word.
        sentence: What happens.
        expected: How the surge must end.
        lasts_s: From its beginning to its end, in seconds.
        statuses: What the surge exits with, one of these.
        says: What one of its messages contains; empty: anything, or nothing.
        is_through_proxy: Whether the surge reaches the server through a proxy.
        times: How many times as long as others the surge is.
        is_last: Whether no other fault can follow it in the same surge.
        server: Makes the server that the fault needs, or raises NotShown; None: it is that of the other drills.
        inject: Makes the fault, and ends it.
    """

    name: str
    sentence: str
    expected: Expected
    lasts_s: float
    statuses: tuple[int, ...]
    says: str
    is_through_proxy: bool
    times: int
    is_last: bool
    server: Callable[[], AbstractContextManager[DrillServer]] | None
    inject: Callable[[Stage], AbstractContextManager[None]]


FAULTS: Final[dict[str, Fault]] = {}
"""All of them, by name."""

_STATUSES = {Expected.SURVIVES: (0,), Expected.UNKNOWN: (0,), Expected.STOPS: (1,), Expected.DETECTED: (1,)}


def fault(
    expected: Expected,
    *,
    lasts_s: float = 0.0,
    statuses: tuple[int, ...] | None = None,
    says: str = "",
    is_through_proxy: bool = False,
    times: int = 1,
    is_last: bool = False,
    server: Callable[[], AbstractContextManager[DrillServer]] | None = None,
) -> Callable[[Callable[[Stage], Iterator[None]]], Callable[[Stage], Iterator[None]]]:
    """Make a fault of a generator: it begins before the yield and ends after it. The docstring says what happens."""

    def register(inject: Callable[[Stage], Iterator[None]]) -> Callable[[Stage], Iterator[None]]:
        FAULTS[inject.__name__] = Fault(
            name=inject.__name__,
            sentence=getdoc(inject) or "",
            expected=expected,
            lasts_s=lasts_s,
            statuses=_STATUSES[expected] if statuses is None else statuses,
            says=says,
            is_through_proxy=is_through_proxy,
            times=times,
            is_last=is_last or expected is Expected.STOPS,
            server=server,
            inject=contextmanager(inject),
        )
        return inject

    return register
