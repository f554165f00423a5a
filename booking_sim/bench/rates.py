"""From when answers came to how many came in a second: of two loads at once, and in the worst moment of one."""

import numpy as np

from booking_sim.bench.pgbench import Times

_WARMING_UP = 0.1  # the part of a round in which connections still make their plans
_WINDOW_S = 0.1
_STEP_S = 0.01
_AFTERWARDS_S = 0.5
"""How long after the last ticket the worst window may lie: a crowd that finds out that there is none is part of it."""


def duel(floor: Times, own: Times, left: int | None) -> tuple[float, float]:
    """The answers a second of two loads, in the time in which both ran and there were tickets.

    Args:
        floor: The answers of one.
        own: Those of the other.
        left: How many answers of the other had a ticket at most; None if that does not matter.
    """
    end = min(floor[-1], own[-1])
    if left is not None and len(own) > left:
        end = min(end, own[left - 1])
    begin = max(floor[0], own[0])
    begin += _WARMING_UP * (end - begin)
    return _rate(floor, begin, end), _rate(own, begin, end)


def worst_window(own: Times, tickets: int) -> tuple[float, float]:
    """The answers a second of one load while an event was fresh, and in the worst 100 ms until after it was sold out.

    Args:
        own: The answers, from the first ticket on.
        tickets: How many of them had a ticket.
    """
    begin, sold_out_at = own[tickets // 10], own[tickets - 1]
    fresh = _rate(own, begin, own[tickets // 2])
    all_still_call = own[len(own) * 9 // 10]
    last_start = min(sold_out_at + _AFTERWARDS_S, all_still_call) - _WINDOW_S
    starts = np.arange(begin, max(last_start, begin + _STEP_S), _STEP_S)
    counts = np.searchsorted(own, starts + _WINDOW_S) - np.searchsorted(own, starts)
    return fresh, float(counts.min()) / _WINDOW_S


def _rate(times: Times, begin: float, end: float) -> float:
    """None in no time is no rate."""
    count = np.searchsorted(times, end, side="right") - np.searchsorted(times, begin)
    return float(count) / (end - begin) if end > begin else float("nan")
