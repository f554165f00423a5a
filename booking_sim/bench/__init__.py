"""How near a strategy comes to its floor, phase by phase: both run at the same instant on one server."""

from booking_sim.bench.result import BenchResult
from booking_sim.bench.run import bench
from booking_sim.bench.situations import PHASES, situations

__all__ = ["PHASES", "BenchResult", "bench", "situations"]
