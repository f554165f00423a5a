"""A result as HTML: a card in a notebook, and a page to send."""

from booking_sim.report.card import card
from booking_sim.report.page import page

__all__ = ["card", "page"]
