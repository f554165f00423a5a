"""Ways to claim a ticket: those of the catalogue, and any file of the user's own."""

from booking_sim.strategies.files import Strategy, catalogue, find

__all__ = ["Strategy", "catalogue", "find"]
