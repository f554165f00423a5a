"""The metrics of one seed, from what the event loop counted."""

import math
from collections.abc import Mapping
from typing import Final

import numpy as np

from booking_sim.forecasting.layout import (
    ATTEMPTS,
    CONFIRMED,
    DROPPED_BITS,
    EXPIRED,
    FIRST_BIN,
    FIRST_REFUSAL,
    FIRST_SENT,
    GAVE_UP,
    HELD,
    LAST_ANSWER,
    LAST_HELD,
    LAST_PAID,
    MOST_IN_FLIGHT,
    OVER_PAID,
    REFUSED_EARLY,
    RETRIES,
    SOLD_OUT,
    TICKETS_HELD,
    TICKETS_SOLD,
    TIMED_OUT,
    UNPAID_TICKET_S,
    WAITED_S,
    WIDTH,
    Integers,
    State,
)
from booking_sim.scenario.scenario import Scenario

PERCENTS: Final = (50, 95, 99)

OWN: Final = {
    "last_held_s": "When the last hold was made, in seconds since the start.",
    "last_paid_s": "When the last ticket was paid for, in seconds since the start.",
    "unsold": "Tickets that were not paid for.",
    "unsold_at_last_arrival": "Tickets that were not paid for when the arrivals ended; within 1 % of the run.",
    "unpaid_ticket_minutes": "Minutes that tickets spent in holds that were not paid for, added up.",
    "refused_before_return": "Final refusals before the last ticket was paid for that an earlier hold had given back.",
    "most_in_flight": "The most calls that the database had at once.",
    "waited_ms": "How long a call waited for a connection, on average.",
}
"""The metrics that only a forecast has, each with what it says; the others are those of a surge's summary."""


def measure(scenario: Scenario, state: State) -> dict[str, float]:
    """Count a run of the loop out.

    Args:
        scenario: What was simulated.
        state: How the loop ended.

    Returns:
        Metrics by name: those of SurgeResult.summary that a forecast has, and those of
        OWN, and `tickets_held{kind=fan}` of each kind of buyers. Not a number where there
        was nothing to count.
    """
    ends, words, counts, moments = state.ends, state.last_words, state.counts, state.moments
    answered = int(words.sum())
    buyers = answered if scenario.buyer_count is None else scenario.buyer_count
    sent = int(state.database.sum())
    duration = float(moments[LAST_ANSWER] - moments[FIRST_SENT]) if sent else 0.0
    tickets = scenario.events * scenario.tickets
    return {
        "tickets": tickets,
        "buyers": buyers,
        "held": int(words[HELD]),
        "sold_out": int(words[SOLD_OUT]),
        "timed_out": int(words[TIMED_OUT]),
        "gave_up": int(words[GAVE_UP]),
        "unanswered": buyers - answered,
        "tickets_held": int(counts[TICKETS_HELD]),
        "tickets_sold": int(counts[TICKETS_SOLD]),
        "sold_out_after_s": float(moments[FIRST_REFUSAL]),
        "confirmed": int(ends[CONFIRMED]),
        "expired": int(ends[EXPIRED]),
        "attempts": int(counts[ATTEMPTS]),
        "retries": int(counts[RETRIES]),
        "duration_s": duration,
        "throughput": int(ends[:GAVE_UP].sum()) / duration if duration else 0.0,
        **percentiles("", state.scheduled),
        **percentiles("database_", state.database),
        "last_held_s": float(moments[LAST_HELD]),
        "last_paid_s": float(moments[LAST_PAID]),
        "unsold": tickets - int(counts[TICKETS_SOLD]),
        "unsold_at_last_arrival": tickets - _paid_by(scenario, state),
        "unpaid_ticket_minutes": float(moments[UNPAID_TICKET_S]) / 60,
        "refused_before_return": int(counts[REFUSED_EARLY]),
        "most_in_flight": int(counts[MOST_IN_FLIGHT]),
        "waited_ms": 1000 * float(moments[WAITED_S]) / sent if sent else math.nan,
        **{
            f"tickets_held{{kind={kind}}}": int(held)
            for kind, held in zip(scenario.kinds, state.held_by_kind, strict=True)
        },
    }


def _paid_by(scenario: Scenario, state: State) -> int:
    """Tickets that were paid for by the end of the arrivals; in a closed loop, by the end."""
    end = math.inf if scenario.schedule is None else scenario.schedule.end
    bins = min(math.ceil(end / state.moments[WIDTH]), len(state.over_time)) if end < math.inf else None
    return int(state.over_time[:bins, OVER_PAID].sum())


def percentiles(clock: str, histogram: Integers) -> Mapping[str, float]:
    """Percentiles of a histogram of the loop, in milliseconds, by the name of the metric."""
    total = int(histogram.sum())
    if not total:
        return {f"p{percent}_{clock}ms": math.nan for percent in PERCENTS}
    ranks = [max(math.ceil(total * percent / 100), 1) for percent in PERCENTS]
    bins = np.searchsorted(np.cumsum(histogram), ranks)
    return {f"p{percent}_{clock}ms": 1000 * _middle(int(bin_)) for percent, bin_ in zip(PERCENTS, bins, strict=True)}


def _middle(bin_: int) -> float:
    """The latency in the middle of a bin, in seconds; of the first, which holds those of no time too, nothing."""
    if bin_ == 0:
        return 0.0
    edges = np.array([bin_ + FIRST_BIN, bin_ + FIRST_BIN + 1], np.int64) << DROPPED_BITS
    return float(edges.view(np.float64).mean())
