"""A result as HTML: a card in a notebook."""

from booking_sim.report.card import card

__all__ = ["card"]
