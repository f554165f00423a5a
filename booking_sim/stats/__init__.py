"""Statistics: frame -> frame. They know of attempts and holds, and nothing of databases."""

from booking_sim.stats.arrivals import arrival_rates
from booking_sim.stats.latency import curve, percentiles
from booking_sim.stats.outcomes import last_words, rate_over_time

__all__ = ["arrival_rates", "curve", "last_words", "percentiles", "rate_over_time"]
