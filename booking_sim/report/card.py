"""A result as a notebook shows it: the answer, the picture, and every metric to unfold."""

from booking_sim.display.templates import render
from booking_sim.plots.latency import latency_curve_panel
from booking_sim.plots.outcomes import outcomes_panel
from booking_sim.plots.panels import at_a_glance
from booking_sim.report.kpi import kpis
from booking_sim.report.pictures import data_uri
from booking_sim.report.run_warnings import run_warnings
from booking_sim.result.result import SurgeResult


def card(result: SurgeResult) -> str:
    """Write a result as a piece of HTML that fits into a light or a dark page.

    Args:
        result: A run, as `surge` or `load` gives it.
    """
    summary = result.summary()
    attempts = result.counted()
    shown = outcomes_panel(attempts), latency_curve_panel(attempts)
    return render(
        "report/card.html",
        headline=result.headline,
        warnings=run_warnings(result),
        kpis=kpis(summary),
        picture=data_uri(at_a_glance(attempts, "")),
        alternative=" ".join(panel.describe().alternative for panel in shown),
        metrics=summary.items(),
    )
