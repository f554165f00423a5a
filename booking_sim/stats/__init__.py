"""Statistics: frame -> frame. They know attempts, holds and waits, and nothing of databases."""

from booking_sim.stats.arrivals import arrival_rates, planned_and_sent
from booking_sim.stats.comparison import diff
from booking_sim.stats.contention import blocking, wait_profile
from booking_sim.stats.failures import common_errors
from booking_sim.stats.inventory import inventory_over_time
from booking_sim.stats.kinds import by_kind
from booking_sim.stats.latency import curve, latencies, percentiles, percentiles_over_time, time_to_final_answer
from booking_sim.stats.order import fairness
from booking_sim.stats.outcomes import final_outcomes, rate_over_time
from booking_sim.stats.repeats import over_repeats
from booking_sim.stats.saturation import bottleneck, time_spent, waited_for, waits_by_call
from booking_sim.stats.server import cpu_use, server_rates
from booking_sim.stats.sessions import blockers, foreign_sessions
from booking_sim.stats.skipped import depth_over_time, skip_depth
from booking_sim.stats.summary import Part
from booking_sim.stats.survival import expiry_delay, hold_survival

__all__ = [
    "Part",
    "arrival_rates",
    "blockers",
    "blocking",
    "bottleneck",
    "by_kind",
    "common_errors",
    "cpu_use",
    "curve",
    "depth_over_time",
    "diff",
    "expiry_delay",
    "fairness",
    "final_outcomes",
    "foreign_sessions",
    "hold_survival",
    "inventory_over_time",
    "latencies",
    "over_repeats",
    "percentiles",
    "percentiles_over_time",
    "planned_and_sent",
    "rate_over_time",
    "server_rates",
    "skip_depth",
    "time_spent",
    "time_to_final_answer",
    "wait_profile",
    "waited_for",
    "waits_by_call",
]
