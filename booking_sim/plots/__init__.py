"""Plots: frame -> Axes. They know of attempts and holds, and nothing of databases."""

from booking_sim.plots.arrivals import arrivals_over_time
from booking_sim.plots.latency import latency_curve
from booking_sim.plots.outcomes import outcomes_over_time
from booking_sim.plots.overview import overview
from booking_sim.plots.shares import shares, shares_overview
from booking_sim.plots.style import STYLE

__all__ = [
    "STYLE",
    "arrivals_over_time",
    "latency_curve",
    "outcomes_over_time",
    "overview",
    "shares",
    "shares_overview",
]
