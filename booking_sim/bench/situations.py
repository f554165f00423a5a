"""What is measured: the situations of an on-sale, by phase, each with the share of its floor that is the goal."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from booking_sim.errors import BookingSimError

CROWD = 64
"""Clients, where a phase is not measured at several numbers of them."""

LEVELS = (1, 8, CROWD, 200)

TICKETS = 200_000


@dataclass(frozen=True, slots=True)
class Situation:
    """One row of the table.

    Attributes:
        phase: What `--phase` calls it, perhaps together with others.
        name: What the table calls it.
        clients: How many connections call, both sides together.
        goal: The least share of the floor that is wanted.
        floor: What it is measured against: `floor_one`, `floor_four`, `floor_refusal`, or `fresh`: its own first rate.
        sold: The share of the tickets that is sold before.
        overdue: Whether every ticket is in a hold past its deadline instead.
        snapshot: Whether another session keeps a snapshot open since before the sale.
        quantity: Tickets a call.
        events: Events on sale at once.
        tickets: Tickets of all of them.
    """

    phase: str
    name: str
    goal: float
    clients: int = CROWD
    floor: str = "floor_one"
    sold: float = 0.0
    overdue: bool = False
    snapshot: bool = False
    quantity: int = 1
    events: int = 1
    tickets: int = TICKETS


_BY_LEVEL = (
    Situation("fresh", "fresh", 0.9),
    Situation("half", "half sold", 0.9, sold=0.5),
    Situation("last", "last 1 %", 0.9, sold=0.99),
    Situation("sold_out", "sold out", 0.9, sold=1.0, floor="floor_refusal"),
    Situation("expired", "all in expired holds", 0.8, overdue=True),
)
_AT_CROWD = (
    *(
        replace(each, phase="snapshot", name=f"{each.name}, old snapshot", goal=0.8, snapshot=True)
        for each in _BY_LEVEL
    ),
    *(Situation("inventory", f"inventory {size:,}", 0.9, tickets=size) for size in (10_000, 100_000, 1_000_000)),
    Situation("four", "quantity 4", 0.8, quantity=4, floor="floor_four"),
    Situation("events", "100 events at once", 0.9, events=100),
    Situation("window", "worst 100 ms to sold out", 0.25, floor="fresh", tickets=10_000),
)

PHASES = tuple(dict.fromkeys(situation.phase for situation in (*_BY_LEVEL, *_AT_CROWD)))


def situations(
    phases: Iterable[str] = (), clients: Iterable[int] = (), *, quick: bool = False
) -> tuple[Situation, ...]:
    """Choose what to measure.

    Args:
        phases: Some of PHASES; none: all.
        clients: Numbers of clients, for every phase; none: LEVELS for the phases that an on-sale goes through,
            CROWD for the others.
        quick: CROWD for all, and a tenth of the tickets.

    Raises:
        BookingSimError: There is no such phase, or a number of clients will not do.
    """
    phases, clients = tuple(phases), tuple(dict.fromkeys(clients))
    for phase in phases:
        if phase not in PHASES:
            raise BookingSimError(f"There is no phase {phase!r}: choose from {', '.join(PHASES)}.")
    for number in clients:
        if number < 1:
            raise BookingSimError(f"clients={number} will not do: give a whole number from 1 on.")
    levels = clients or ((CROWD,) if quick else LEVELS)
    chosen = [
        *(replace(each, clients=level) for each in _BY_LEVEL for level in levels),
        *(replace(each, clients=level) for each in _AT_CROWD for level in clients or (CROWD,)),
    ]
    if quick:
        chosen = [_smaller(each) for each in chosen]
    return tuple(each for each in chosen if not phases or each.phase in phases)


def _smaller(situation: Situation) -> Situation:
    tickets = situation.tickets // 10
    return replace(situation, tickets=tickets, name=situation.name.replace(f"{situation.tickets:,}", f"{tickets:,}"))
