"""Scenarios and results as HTML: in a notebook, and as a page to send."""

from booking_sim.report.card import card
from booking_sim.report.page import page
from booking_sim.report.plan import plan

__all__ = ["card", "page", "plan"]
