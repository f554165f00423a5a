"""The contract of the database as checks that run: what every strategy has to keep, point by point."""

from booking_sim.contract.rule_of_three import Confidence
from booking_sim.contract.verification import POINTS, PointResult, confidence, kept, under_stress, verify

__all__ = ["POINTS", "Confidence", "PointResult", "confidence", "kept", "under_stress", "verify"]
