"""Results as HTML: in a notebook, and as a page to send."""

from booking_sim.report.document import page
from booking_sim.report.summary_card import card

__all__ = ["card", "page"]
