"""The live view: a surge in a notebook, as it happens, with a button that stops it."""

from booking_sim.live.view import LiveView, is_possible

__all__ = ["LiveView", "is_possible"]
