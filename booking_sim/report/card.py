"""A result as a notebook shows it: the answer, the picture, and every figure."""

from typing import TYPE_CHECKING

from booking_sim.display.templates import render
from booking_sim.plots.panels import at_a_glance
from booking_sim.report.flaws import flaws
from booking_sim.report.pictures import data_uri
from booking_sim.report.tiles import tiles
from booking_sim.report.words import words

if TYPE_CHECKING:
    from booking_sim.result.result import SurgeResult


def card(result: "SurgeResult") -> str:
    """Write a result as a piece of HTML that fits into a light or a dark page."""
    summary = result.summary()
    return render(
        "report/card.html",
        headline=result.headline,
        flaws=flaws(result),
        tiles=tiles(summary),
        picture=data_uri(at_a_glance(result.attempts, "")),
        alternative=" ".join(
            words(title, result).alternative for title in ("Who got what", "How many were answered within")
        ),
        figures=summary.items(),
    )
