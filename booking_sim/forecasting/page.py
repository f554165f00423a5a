"""A forecast as one HTML page to send: that it is one, the intervals, the pictures of the first seed, the scenario."""

from booking_sim.display.templates import render
from booking_sim.forecasting.result import Forecast
from booking_sim.notebook.scenario_table import settings
from booking_sim.report.page import pictures


def forecast_page(result: Forecast) -> str:
    """Write a forecast as an HTML page that needs nothing beside it, and no network.

    Args:
        result: The forecast.
    """
    return render(
        "forecasting/page.html",
        headline=result.headline,
        spread=result.spread().dropna().reset_index().to_dict("records"),
        seeds=len(result.seeds),
        pictures=pictures(*result.drawn()),
        scenario=settings(result.scenario),
    )
