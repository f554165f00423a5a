"""The Universal Scalability Law: throughput by calls in flight, fitted with its interval (Gunther, 2007)."""

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.optimize import OptimizeWarning, curve_fit  # type: ignore[import-untyped]
from scipy.stats import t  # type: ignore[import-untyped]

from booking_sim.forecasting.layout import Floats

NAMES = ("rate", "sigma", "kappa")


def throughput(in_flight: Floats, rate: float, sigma: float, kappa: float) -> Floats:
    """Answers per second: `rate` with one call in flight, `sigma` for contention, `kappa` for coherency."""
    return np.asarray(rate * in_flight / (1 + sigma * (in_flight - 1) + kappa * in_flight * (in_flight - 1)))


def fit(in_flight: Sequence[int], rates: Sequence[float]) -> dict[str, dict[str, float]]:
    """Fit the law to measured rates.

    Args:
        in_flight: Calls in flight, of each measurement.
        rates: Calls a second, of each.

    Returns:
        Of each parameter its `value`, and `low` and `high`, its 90 % interval (linearised): from 0 to infinity where
        there are no more measurements than parameters.
    """
    number, measured = np.asarray(in_flight, dtype=float), np.asarray(rates, dtype=float)
    start = (float(measured[number.argmin()]), 0.1, 1e-4)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", OptimizeWarning)  # too few levels: the intervals say so
        values, covariance = curve_fit(
            throughput, number, measured, p0=start, sigma=measured, bounds=([0, 0, 0], [np.inf, np.inf, np.inf])
        )
    freedom = len(number) - len(NAMES)
    margins: Any = t.ppf(0.95, freedom) * np.sqrt(np.diag(covariance)) if freedom > 0 else [np.inf] * len(NAMES)
    return {
        name: {"value": float(value), "low": max(float(value - margin), 0.0), "high": float(value + margin)}
        for name, value, margin in zip(NAMES, values, margins, strict=True)
    }
