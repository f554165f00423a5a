"""Who came: each kind of buyer, how it was to behave, and what it got."""

from collections.abc import Callable, Sequence
from math import isnan
from typing import TYPE_CHECKING

from booking_sim.report.plan import behaviour
from booking_sim.stats.kinds import by_kind

if TYPE_CHECKING:
    from booking_sim.result.result import SurgeResult

Row = tuple[str, Sequence[str]]

_GOT: dict[str, tuple[str, Callable[[float], str]]] = {
    "buyers": ("Buyers who came.", "{:,.0f}".format),
    "held": ("Of these held tickets.", "{:,.0f}".format),
    "sold_out": ("Of these were refused.", "{:,.0f}".format),
    "tickets_held": ("Tickets in all their holds.", "{:,.0f}".format),
    "confirmed": ("Payments in time.", "{:,.0f}".format),
    "expired": ("Payments after the hold had run out, which sold nothing.", "{:,.0f}".format),
    "share": ("Their part of all calls.", "{:.1%}".format),
    "p50_ms": ("Half were answered within, from when they meant to call.", "{:,.3g} ms".format),
    "p99_ms": ("99 of 100 were answered within.", "{:,.3g} ms".format),
}


def crowd(result: "SurgeResult") -> tuple[list[str], list[Row], list[Row]]:
    """Describe the kinds of a run side by side.

    Args:
        result: A run, as `surge` or `load` gives it.

    Returns:
        The names of the kinds; what is set for any of them, each with its value for each kind; and what they got, in
        the same way.
    """
    kinds = result.scenario.kinds
    got = by_kind(result.attempts).reindex([*kinds])
    results: list[Row] = [
        (label, ["none" if isnan(one) else write(one) for one in got[name]]) for name, (label, write) in _GOT.items()
    ]
    told = [(f"{name}: {about}", values) for name, about, values in behaviour(result.scenario)]
    return [*kinds], told, results
