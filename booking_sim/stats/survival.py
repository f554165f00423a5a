"""How long holds last, and how soon after its deadline a hold is taken back: holds -> frames.

Kaplan and Meier's estimate ("Nonparametric estimation from incomplete observations", JASA 53, 1958) with the
exponential Greenwood interval (Kalbfleisch and Prentice, 1980), by SciPy. What ends a hold here is that it expires. A
hold that was paid for or given back, or that stands when the run ends, is censored: it would have lasted longer, and
nobody knows how long.
"""

import warnings

import numpy as np
import numpy.typing as npt
import pandas as pd

FloatArray = npt.NDArray[np.float64]


def hold_survival(holds: pd.DataFrame, until: float, confidence: float = 0.95) -> pd.DataFrame:
    """The share of holds that are not taken back by expiry, by their age.

    Args:
        holds: One row per hold, as SurgeResult.holds.
        until: When the holds were read, in seconds since the start: those that are open
            were open then.
        confidence: Of the interval.

    Returns:
        One row per age at which a hold ended or was last seen: `age_s`; `share` that
        lasts longer, from 0 to 1, between `low` and `high`; `at_risk`, the holds that
        old; and how many of these `expired` then.

    Example:
        Holds that lasted to the end of what was seen:

            from booking_sim import stats

            stats.hold_survival(result.holds, until=1.0).tail(1)

    See Also:
        expiry_delay: How long overdue holds stay.
        booking_sim.plots.hold_survival: The same as a picture.
    """
    expired = (holds["end"] == "expired").to_numpy()
    return _kaplan_meier(_last_seen(holds, until) - holds["held_at"].to_numpy(), expired, confidence, "age_s")


def expiry_delay(holds: pd.DataFrame, until: float, confidence: float = 0.95) -> pd.DataFrame:
    """The share of overdue holds that nobody has taken back yet, by how long they are overdue.

    Args:
        holds: One row per hold, as SurgeResult.holds.
        until: When the holds were read, in seconds since the start.
        confidence: Of the interval.

    Returns:
        One row per delay: `overdue_s`, and the same columns as of `hold_survival`.

    Example:
        Overdue holds that nobody took back:

            from booking_sim import stats

            stats.expiry_delay(result.holds, until=1.0).tail(1)

    See Also:
        hold_survival: How long holds last.
        booking_sim.plots.expiry_delay: The same as a picture.
    """
    overdue_s = _last_seen(holds, until) - holds["deadline"].to_numpy()
    overdue = ((holds["end"] == "expired") | (holds["end"] == "open")).to_numpy() & (overdue_s >= 0)
    expired = (holds["end"] == "expired").to_numpy()
    return _kaplan_meier(overdue_s[overdue], expired[overdue], confidence, "overdue_s")


def _last_seen(holds: pd.DataFrame, until: float) -> FloatArray:
    return holds["ended_at"].fillna(holds["held_at"].clip(lower=until)).to_numpy(dtype=float)


def _kaplan_meier(
    lasted: FloatArray,
    ended: npt.NDArray[np.bool_],
    confidence: float,
    name: str,
) -> pd.DataFrame:
    from scipy import stats  # type: ignore[import-untyped]  # noqa: PLC0415  takes two seconds, and few need it

    if not lasted.size:
        return pd.DataFrame(
            {column: [] for column in (name, "share", "low", "high", "at_risk", "expired")}, dtype=float
        )
    function = stats.ecdf(stats.CensoredData(uncensored=lasted[ended], right=lasted[~ended])).sf
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # where all or none are left there is no interval
        interval = function.confidence_interval(confidence, method="log-log")
    ages, share = function.quantiles, function.probabilities
    in_order, ends = np.sort(lasted), np.sort(lasted[ended])
    return pd.DataFrame(
        {
            name: ages,
            "share": share,
            "low": np.where(np.isnan(interval.low.probabilities), share, interval.low.probabilities),
            "high": np.where(np.isnan(interval.high.probabilities), share, interval.high.probabilities),
            "at_risk": lasted.size - np.searchsorted(in_order, ages, "left"),
            "expired": np.searchsorted(ends, ages, "right") - np.searchsorted(ends, ages, "left"),
        }
    )
