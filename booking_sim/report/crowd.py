"""Who came: each kind of buyer, how it was to behave, and what it got."""

from collections.abc import Callable, Sequence
from dataclasses import fields
from math import isnan
from typing import TYPE_CHECKING

from booking_sim.kinds import Kind
from booking_sim.stats.kinds import by_kind
from booking_sim.templates import plain

if TYPE_CHECKING:
    from booking_sim.result import SurgeResult

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
    told = [kind.to_dict() for kind in kinds.values()]
    behaviour: list[Row] = [
        (f"{each.name}: {each.metadata['help']}", [plain(one.get(each.name, each.default)) for one in told])
        for each in fields(Kind)
        if any(each.name in one for one in told)
    ]
    got = by_kind(result.attempts).reindex([*kinds])
    results: list[Row] = [
        (label, ["none" if isnan(one) else write(one) for one in got[name]]) for name, (label, write) in _GOT.items()
    ]
    return [*kinds], behaviour, results
