"""How a notebook shows a forecast: one picture, whose title says that it is a forecast."""

import html

from booking_sim.forecasting.result import Forecast
from booking_sim.report.pictures import data_uri


def forecast_html(result: Forecast) -> str:
    """Write a forecast as a piece of HTML.

    Args:
        result: The forecast.
    """
    return f'<img src="{data_uri(result.chart())}" alt="{html.escape(result.headline)}" style="width: 100%">'
