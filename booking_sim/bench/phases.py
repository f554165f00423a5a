"""What is compared, phase by phase, and the goals: the table of what `booking-sim bench` measures."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from booking_sim.bench.contestants import (
    ALTERATIONS,
    BASELINE,
    ONE_ROW_READ,
    RANDOM_START,
    SKIP_LOCKED,
    Altered,
    Catalogued,
    Contestant,
)
from booking_sim.bench.metrics import METRICS, Goal
from booking_sim.bench.statements import TICKETS, WARM_UP
from booking_sim.errors import BookingSimError

CLIENTS, QUICK_CLIENTS = 64, 16
"""Clients, except in the phase `clients`."""

LEVELS = (1, 8, 200)
"""Clients in the phase `clients`."""

COSTS = ("cpu_us", "record_bytes", "buffers")
"""What a goal about cost per call compares. Page images depend on how long ago a checkpoint was, and are shown only."""

_TICKETS, _MANY_TICKETS = 50_000, 200_000
_HOLDS = 10_000  # tickets where each has a hold of its own first
_EVENTS = 100_000
CYCLES, QUICK_CYCLES = 200, 10
_OF_CYCLES = 500  # tickets
_HALF, _NEARLY_ALL = 0.5, 0.9  # of the tickets that are left, what a turn may take


@dataclass(frozen=True, slots=True)
class Side:
    """A contestant in a state.

    Attributes:
        label: What the table calls it.
        contestant: What is called.
        tickets: At each event.
        state: Where its turns begin: one of `contestants.STATES`.
        sold: In the state `sold`, the share of the tickets.
        events: Events on sale at once.
        other_events: Further events in the database, of one ticket each.
        snapshot: Whether another session keeps a snapshot open since before the sale.
        part: The part of the tickets left that a turn may take.
        cycles: How often the tickets are sold again; 0: that is not measured.
    """

    label: str
    contestant: Contestant
    tickets: int
    state: str = "fresh"
    sold: float = 0.0
    events: int = 1
    other_events: int = 0
    snapshot: bool = False
    part: float = _HALF
    cycles: int = 0

    @property
    def is_sold_out(self) -> bool:
        """Whether every call is refused."""
        return self.state == "sold" and self.sold == 1

    def sold_before(self, clients: int) -> int:
        """Tickets of each event that are sold before a turn: fewer by what the sessions take while they warm up."""
        if self.state != "sold":
            return 0
        sold = round(self.sold * self.tickets)
        return sold if self.is_sold_out else max(0, sold - clients * WARM_UP // self.events)

    def calls(self, clients: int) -> int | None:
        """How many calls each client may make after its warm-up; None where every call is refused.

        Raises:
            BookingSimError: There are too few tickets for the clients.
        """
        if self.is_sold_out:
            return None
        left = (self.tickets - self.sold_before(clients)) * self.events - clients * WARM_UP - TICKETS
        calls = int(left * self.part) // clients
        if calls < 1:
            raise BookingSimError(
                f"clients={clients} is too many for the tickets that are left: give fewer with --clients."
            )
        return calls


@dataclass(frozen=True, slots=True)
class BenchComparison:
    """Sides that are measured one after the other, in every round, and what is wanted of them.

    Attributes:
        phase: What `--phase` calls it, perhaps together with others.
        situation: What the table calls it.
        clients: Sessions that call.
        sides: In the order of the first round; the second has the opposite order, and so on.
        goals: What is judged, or shown.
        method: How a round is measured: `turns`, `window`, `create` or `cycles`.
    """

    phase: str
    situation: str
    clients: int
    sides: tuple[Side, ...]
    goals: tuple[Goal, ...]
    method: str = "turns"


PHASES = (
    *("fresh", "half", "last", "sold_out", "expired", "returned"),
    *("inventory", "events", "clients", "window", "create", "many_events", "cycles", "constraints"),
)

_STATES = {
    "fresh": ("fresh", Side("", BASELINE, _TICKETS)),
    "half": ("half sold", Side("", BASELINE, _TICKETS, "sold", 0.5)),
    "last": ("last 1 %", Side("", BASELINE, _MANY_TICKETS, "sold", 0.99, part=_NEARLY_ALL)),
    "sold_out": ("sold out", Side("", BASELINE, _TICKETS, "sold", 1.0)),
    "expired": ("all in expired holds", Side("", BASELINE, _HOLDS, "expired", part=_NEARLY_ALL)),
    "returned": ("all given back", Side("", BASELINE, _HOLDS, "returned", part=_NEARLY_ALL)),
}
"""The phases that a sale goes through: what the table calls them, and how they begin."""

_OF_BASELINE = {"fresh": 0.75, "half": 0.75, "last": 0.70, "sold_out": 0.85, "expired": 0.60, "returned": 0.60}
_OF_PLAIN = {"fresh": 1.25, "half": 1.25, "last": 1.25}
_OF_BARE = {"fresh": 1 / 1.1, "half": 1 / 1.1}  # it has no constraints and no expiry, and may be 10 % ahead
_NOT_BEHIND = 1.0


def comparisons(
    strategy: Catalogued, phases: Iterable[str] = (), *, clients: int = CLIENTS, quick: bool = False
) -> tuple[BenchComparison, ...]:
    """What the bench of one strategy consists of.

    Args:
        strategy: What is measured.
        phases: Some of PHASES; none: all.
        clients: Sessions, except in the phase `clients`.
        quick: A tenth of everything.

    Raises:
        BookingSimError: There is no such phase, or a number of clients is not positive.
    """
    wanted = _check(phases, clients)
    own = _Own(strategy, clients)
    every = (
        *(own.in_state(phase) for phase in _STATES),
        *own.inventories(quick=quick),
        own.events(),
        *(own.at(level) for level in LEVELS),
        own.window(),
        own.create(),
        own.many_events(quick=quick),
        own.cycles(QUICK_CYCLES if quick else CYCLES),
        own.constraints(),
    )
    chosen = (comparison for comparison in every if comparison.phase in wanted)
    return tuple(_smaller(comparison) if quick else comparison for comparison in chosen)


def against_systems(
    strategy: Contestant,
    systems: Iterable[Contestant],
    phases: Iterable[str] = (),
    *,
    clients: int = CLIENTS,
    quick: bool = False,
) -> tuple[BenchComparison, ...]:
    """Compare other systems with one strategy, in every phase of a sale that they can be brought to.

    Args:
        strategy: What they are compared with.
        systems: The systems.
        phases: Some of the phases that a sale goes through; none: all of them.
        clients: Sessions.
        quick: A tenth of everything.

    Raises:
        BookingSimError: As `comparisons`; or a phase is none of a sale, or none of the systems can be brought to it.
    """
    phases = tuple(phases)
    wanted = _check(phases, clients)
    if any(phase not in _STATES for phase in phases):
        raise BookingSimError(f"Systems are compared in {', '.join(_STATES)}: choose from these.")
    found = []
    for phase, (situation, start) in _STATES.items():
        rivals = tuple(
            replace(start, label=each.name, contestant=each) for each in systems if start.state in each.states
        )
        if phase not in wanted or not rivals:
            continue
        side = replace(start, label=strategy.name, contestant=strategy)
        goals = [
            goal
            for rival in rivals
            for goal in (
                Goal(side.label, "per_s", _least(phase, rival.contestant), rival.label),
                *(Goal(side.label, metric, None, rival.label) for metric in METRICS if metric != "per_s"),
            )
        ]
        comparison = BenchComparison(phase, situation, clients, (*rivals, side), tuple(goals))
        found.append(_smaller(comparison) if quick else comparison)
    if not found:
        raise BookingSimError("None of these systems can be brought to these phases: choose another phase.")
    return tuple(found)


def _check(phases: Iterable[str], clients: int) -> tuple[str, ...]:
    phases = tuple(phases)
    for phase in phases:
        if phase not in PHASES:
            raise BookingSimError(f"Phase {phase!r} is unknown: choose from {', '.join(PHASES)}.")
    if clients < 1:
        raise BookingSimError(f"clients={clients} is out of range: give a whole number from 1 on.")
    return phases or PHASES


def _least(phase: str, other: Contestant) -> float:
    if other == SKIP_LOCKED:
        return _OF_PLAIN.get(phase, _NOT_BEHIND)
    return _OF_BARE.get(phase, _NOT_BEHIND) if other == RANDOM_START else _NOT_BEHIND


class _Own:
    """The comparisons of one strategy."""

    def __init__(self, strategy: Catalogued, clients: int) -> None:
        self._strategy = strategy
        self._clients = clients

    def in_state(self, phase: str) -> BenchComparison:
        """One phase of a sale: beside the baseline and two bare claims, and beside itself with an old snapshot open."""
        situation, start = _STATES[phase]
        own = self._side(start)
        old = replace(own, label=f"{own.label}, old snapshot", snapshot=True)
        base = self._baseline(start)
        bare = tuple(
            replace(start, label=each.name, contestant=each)
            for each in (SKIP_LOCKED, RANDOM_START)
            if start.state in each.states
        )
        most_cpu = {"fresh": 1.6, "sold_out": 1.2}.get(phase)
        goals = (
            Goal(own.label, "per_s", _OF_BASELINE[phase], base.label),
            Goal(own.label, "cpu_us", most_cpu, base.label),
            *([Goal(own.label, "wal_bytes", 750)] if phase == "fresh" else []),
            *(Goal(own.label, name, None, base.label) for name in METRICS if name not in {"per_s", "cpu_us"}),
            *(Goal(own.label, "per_s", _least(phase, side.contestant), side.label) for side in bare),
            *_alike(old, own),
        )
        return BenchComparison(phase, situation, self._clients, (base, *bare, own, old), goals)

    def inventories(self, *, quick: bool) -> Iterable[BenchComparison]:
        """Few and many tickets, beside the ordinary number."""
        plain = self._side(_STATES["fresh"][1])
        for tickets in (10_000, 1_000_000):
            named = tickets // 10 if quick else tickets
            other = replace(plain, label=f"{named:,} tickets", tickets=tickets)
            yield BenchComparison(
                "inventory", f"{named:,} tickets", self._clients, (plain, other), _alike(other, plain)
            )

    def events(self) -> BenchComparison:
        """A hundred events at once, beside one."""
        plain = self._side(_STATES["fresh"][1])
        other = replace(plain, label="100 events", tickets=plain.tickets // 100, events=100)
        return BenchComparison("events", "100 events at once", self._clients, (plain, other), _alike(other, plain))

    def at(self, clients: int) -> BenchComparison:
        """Another number of clients, beside the baseline."""
        start = _STATES["fresh"][1]
        own, base = self._side(start), self._baseline(start)
        goals = (Goal(own.label, "per_s", 0.70, base.label), Goal(own.label, "cpu_us", None, base.label))
        return BenchComparison("clients", "fresh", clients, (base, own), goals)

    def window(self) -> BenchComparison:
        """The worst 100 ms until after the last ticket, beside the rate before."""
        side = replace(self._side(_STATES["fresh"][1]), label="while fresh", tickets=_HOLDS)
        worst = replace(side, label="worst 100 ms")
        goals = (Goal(worst.label, "per_s", 0.4, side.label),)
        return BenchComparison("window", "from first to sold out", self._clients, (side, worst), goals, "window")

    def create(self) -> BenchComparison:
        """A large event's creation, per ticket, beside a small one's."""
        small = replace(self._side(_STATES["fresh"][1]), label="10,000 tickets", tickets=10_000)
        large = replace(small, label="100,000 tickets", tickets=100_000)
        goals = tuple(Goal(large.label, name, 1.15, small.label) for name in ("cpu_us", "record_bytes"))
        return BenchComparison("create", "create_event, per ticket", 1, (small, large), goals, "create")

    def many_events(self, *, quick: bool) -> BenchComparison:
        """A database with many other events, beside one without."""
        plain = self._side(_STATES["fresh"][1])
        others = _EVENTS // 100 if quick else _EVENTS
        full = replace(plain, label=f"{others:,} other events", other_events=others)
        goals = tuple(Goal(full.label, name, 1.05, plain.label) for name in COSTS)
        return BenchComparison("many_events", f"{others:,} other events", self._clients, (plain, full), goals)

    def cycles(self, number: int) -> BenchComparison:
        """Tickets sold, expired and sold again, many times: the last cycles beside the first."""
        plain = self._side(_STATES["fresh"][1])
        first = replace(plain, label="at the beginning", tickets=_OF_CYCLES, part=_NEARLY_ALL, cycles=number)
        last = replace(first, label="at the end")
        goals = tuple(Goal(last.label, name, 1.15, first.label) for name in COSTS)
        return BenchComparison("cycles", f"sold again {number} times", 8, (first, last), goals, "cycles")

    def constraints(self) -> BenchComparison:
        """The schema with a constraint or an index more or less, beside the schema as it is."""
        start = replace(_STATES["fresh"][1], contestant=self._strategy)
        altered = [Altered(self._strategy.strategy, name) for name in ("", *ALTERATIONS)]
        plain, *others = (replace(start, label=each.name, contestant=each) for each in altered)
        goals = tuple(Goal(side.label, name, None, plain.label) for side in others for name in METRICS)
        return BenchComparison("constraints", "a reservation and its sale", self._clients, (plain, *others), goals)

    def _side(self, start: Side) -> Side:
        return replace(start, label=self._strategy.name, contestant=self._strategy)

    def _baseline(self, start: Side) -> Side:
        """What it would be to know the ticket's number, or that there is none: which needs no state but sales."""
        if start.is_sold_out:
            return replace(start, label=ONE_ROW_READ.name, contestant=ONE_ROW_READ)
        state = start.state if start.state == "sold" else "fresh"
        return replace(start, label=BASELINE.name, contestant=BASELINE, state=state)


def _alike(other: Side, plain: Side) -> tuple[Goal, ...]:
    """Within 10 % of the plain case."""
    return (
        Goal(other.label, "per_s", 0.90, plain.label),
        *(Goal(other.label, name, 1.10, plain.label) for name in COSTS),
    )


def _smaller(comparison: BenchComparison) -> BenchComparison:
    if comparison.method in {"create", "cycles"}:  # small as they are
        return comparison
    sides = tuple(replace(side, tickets=max(side.tickets // 10, _OF_CYCLES)) for side in comparison.sides)
    return replace(comparison, sides=sides)
