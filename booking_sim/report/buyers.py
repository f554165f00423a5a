"""The buyers: each kind, how it was to behave, and what it got."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isnan

from booking_sim.notebook.scenario_table import behaviour
from booking_sim.plots.units import ms_text
from booking_sim.result.result import SurgeResult
from booking_sim.stats.kinds import by_kind

_count = "{:,.0f}".format

_GOT: dict[str, tuple[str, Callable[[float], str]]] = {
    "buyers": ("Buyers.", _count),
    "held": ("Of these got tickets.", _count),
    "sold_out": ("Of these were refused.", _count),
    "tickets_held": ("Tickets in all their holds.", _count),
    "confirmed": ("Payments in time.", _count),
    "expired": ("Payments after the deadline of the hold, which sold nothing.", _count),
    "share": ("Their share of all calls.", "{:.1%}".format),
    "p50_ms": ("Half of their answers came within, since the planned instant.", ms_text),
    "p99_ms": ("99 of 100 of their answers came within.", ms_text),
}


@dataclass(frozen=True, slots=True)
class BuyerTable:
    """The kinds of buyers side by side.

    Attributes:
        kinds: Their names, one per column.
        rows: What each row is, and its value for each kind: first what the kinds got,
            then how they were to behave.
    """

    kinds: Sequence[str]
    rows: Sequence[tuple[str, Sequence[str]]]


def buyer_table(result: SurgeResult) -> BuyerTable:
    """Describe the kinds of buyers of a run side by side.

    Args:
        result: A run, as `surge` or `load` gives it.
    """
    kinds = result.scenario.kinds
    got = by_kind(result.attempts).reindex([*kinds])
    outcomes = [
        (label, ["none" if isnan(one) else write(one) for one in got[name]]) for name, (label, write) in _GOT.items()
    ]
    settings = [(f"{name}: {about}", values) for name, about, values in behaviour(result.scenario)]
    return BuyerTable([*kinds], [*outcomes, *settings])
