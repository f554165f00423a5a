"""Plots: frame -> Axes. They know attempts, holds and waits, and nothing of databases."""

from booking_sim.plots.arrivals import arrivals_over_time, planned_and_sent
from booking_sim.plots.axes import set_title
from booking_sim.plots.bench import ratios, ratios_overview
from booking_sim.plots.contention import waits_over_time, who_blocks_whom
from booking_sim.plots.difference import latency_by_run
from booking_sim.plots.events import mark_events
from booking_sim.plots.faults import around_fault
from booking_sim.plots.history import timeline
from booking_sim.plots.inventory import inventory_over_time
from booking_sim.plots.latency import latency_curve, latency_over_time
from booking_sim.plots.outcomes import outcomes_over_time
from booking_sim.plots.panels import at_a_glance, overview
from booking_sim.plots.server import cpu_over_time
from booking_sim.plots.skip_depth import skip_depth_over_time
from booking_sim.plots.strategies import (
    metric_by_strategy,
    skip_depth_by_strategy,
    strategies_overview,
    waits_by_strategy,
)
from booking_sim.plots.style import STYLE
from booking_sim.plots.survival import expiry_delay, hold_survival
from booking_sim.plots.sweep import knee_overview, metric_by_setting, sweep_overview

__all__ = [
    "STYLE",
    "around_fault",
    "arrivals_over_time",
    "at_a_glance",
    "cpu_over_time",
    "expiry_delay",
    "hold_survival",
    "inventory_over_time",
    "knee_overview",
    "latency_by_run",
    "latency_curve",
    "latency_over_time",
    "mark_events",
    "metric_by_setting",
    "metric_by_strategy",
    "outcomes_over_time",
    "overview",
    "planned_and_sent",
    "ratios",
    "ratios_overview",
    "set_title",
    "skip_depth_by_strategy",
    "skip_depth_over_time",
    "strategies_overview",
    "sweep_overview",
    "timeline",
    "waits_by_strategy",
    "waits_over_time",
    "who_blocks_whom",
]
