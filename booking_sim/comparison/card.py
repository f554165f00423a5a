"""A comparison as a notebook shows it: the picture, and the medians of the rounds."""

import pandas as pd

from booking_sim.comparison.metrics import METRICS
from booking_sim.comparison.result import Comparison
from booking_sim.display.templates import plain, render
from booking_sim.report.pictures import data_uri


def comparison_html(comparison: Comparison) -> str:
    """Write a comparison as a piece of HTML.

    Args:
        comparison: As `compare` gives it.
    """
    table = comparison.table()
    medians = pd.DataFrame({metric: table[metric, "median"].map(plain) for metric in METRICS})
    rates = "; ".join(f"{name}: {rate} buyers per second" for name, rate in medians["throughput"].items())
    return render(
        "comparison/comparison.html",
        picture=data_uri(comparison.chart()),
        alternative=f"A panel for each metric, with a row for each strategy. {rates}.",
        medians=medians.to_html(),
    )
