"""Numbers with their interval, as text."""

import math

import pandas as pd

from booking_sim.plots.units import ms_text, seconds_text


def with_interval(spread: pd.DataFrame, metric: str) -> str:
    """Write the median of a metric and its interval over the seeds: `1,200 (1,100 to 1,300)`.

    Args:
        spread: As `Forecast.spread`.
        metric: Which; a name that ends in `_s` or `_ms` is a length of time.
    """
    values = [float(spread[end].loc[metric]) for end in ("median", "low", "high")]
    if math.isnan(values[0]):
        return "never"
    texts = [write(metric, value) for value in values]
    return texts[0] if texts[1] == texts[2] else f"{texts[0]} ({texts[1]} to {texts[2]})"


def write(metric: str, value: float) -> str:
    """Write a value of a metric with its unit."""
    if metric.endswith("_ms"):
        return ms_text(value)
    if metric.endswith("_s"):
        return seconds_text(value)
    return f"{value:,.0f}" if abs(value) >= 10 or value == int(value) else f"{value:,.2g}"


def median(spread: pd.DataFrame, metric: str) -> float:
    """The median of a metric over the seeds."""
    return float(spread["median"].loc[metric])
