"""The worst 100 ms of a sale: from the first ticket until after the last one."""

from collections.abc import Iterator

import numpy as np

from booking_sim.bench.pgbench import Load, Times
from booking_sim.bench.phases import BenchComparison
from booking_sim.bench.place import Place, Row
from booking_sim.bench.stages import staged
from booking_sim.errors import BookingSimError

_CALLS_PER_TICKET = 3  # refusals are fast, and half a second of them is to be seen
_WINDOW_S = 0.1
_STEP_S = 0.01
_AFTERWARDS_S = 0.5
"""How long after the last ticket the worst window may lie: the first refusals of all clients are part of it."""


def windows(place: Place, comparison: BenchComparison) -> Iterator[list[Row]]:
    """Yield the rows of each round: the rate while fresh and the worst window, two sides of one turn."""
    fresh, worst = comparison.sides
    with staged(place, fresh, comparison.clients) as stage:
        calls = _CALLS_PER_TICKET * fresh.tickets // comparison.clients
        load = Load(fresh.contestant.script, comparison.clients, stage.sale.variables)
        for number in range(1, place.rounds + 1):
            with stage.copy(place.url) as (url, _):
                place.checkpoint()
                times = place.pgbench(url, fresh.contestant).for_calls(calls, load)
            rates = worst_window(times, fresh.tickets)
            for rate in rates:
                place.tick(f"{rate:,.0f}/s")
            yield [
                {"round": number, "turn": 1, "side": side.label, "per_s": rate}
                for side, rate in zip((fresh, worst), rates, strict=True)
            ]


def worst_window(times: Times, tickets: int) -> tuple[float, float]:
    """The answers a second while an event was fresh, and in the worst 100 ms until after it was sold out.

    Args:
        times: The answers, from the first ticket on.
        tickets: How many of them had a ticket.

    Raises:
        BookingSimError: There are fewer answers than tickets.
    """
    if len(times) < tickets:
        raise BookingSimError(
            f"Only {len(times):,} calls were answered, for {tickets:,} tickets, so it was never sold out:"
            " measure this phase with fewer clients."
        )
    begin, sold_out_at = times[tickets // 10], times[tickets - 1]
    fresh = (tickets // 2 - tickets // 10) / (times[tickets // 2] - begin)
    all_still_call = times[len(times) * 9 // 10]
    last_start = min(sold_out_at + _AFTERWARDS_S, all_still_call) - _WINDOW_S
    starts = np.arange(begin, max(last_start, begin + _STEP_S), _STEP_S)
    counts = np.searchsorted(times, starts + _WINDOW_S) - np.searchsorted(times, starts)
    return float(fresh), float(counts.min()) / _WINDOW_S
