"""Is one kind of run faster than another, and how sure is that: results -> frame."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

FloatArray = npt.NDArray[np.float64]


class Summarised(Protocol):
    """What has a summary, such as a SurgeResult."""

    def summary(self) -> pd.Series:
        """The metrics, by name."""
        ...


def compare(
    a: Summarised | Sequence[Summarised], b: Summarised | Sequence[Summarised], *, confidence: float = 0.95
) -> pd.DataFrame:
    """Compare two runs, or the repeats of two kinds of run, metric by metric.

    Run-to-run noise shows in repeats alone: a single run gives a ratio and no interval.
    With two repeats or more of each there is Welch's t interval (Biometrika 34, 1947)
    of the difference of the means of the logarithms, which is one of the ratio of the
    geometric means. Repeats should alternate, a b a b, so that a drift of the machine
    hits both.

    Args:
        a: One result, or a list of repeats.
        b: The other.
        confidence: Of the interval.

    Returns:
        One row per metric of both summaries, by its name: `a` and `b`, the geometric
        means of the repeats (arithmetic ones where a repeat is 0); `ratio`, b to a;
        `low` and `high`, between which the ratio lies with that confidence; `repeats_a`
        and `repeats_b`. NaN where there is no ratio or no interval.

    Example:
        How a second run differs from the first:

            from booking_sim import stats

            stats.compare(result, result).loc["p99_ms", "ratio"]

    See Also:
        booking_sim.compare: Runs several strategies in interleaved rounds.
    """
    of_a, of_b = _metrics(a), _metrics(b)
    rows = {name: ratio(of_a[name].to_numpy(), of_b[name].to_numpy(), confidence) for name in of_a if name in of_b}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("metric")


def _metrics(results: Summarised | Sequence[Summarised]) -> pd.DataFrame:
    """One row per repeat, one column per number of its summary."""
    repeats = results if isinstance(results, Sequence) else [results]
    summaries = pd.DataFrame([each.summary() for each in repeats]).infer_objects()
    return summaries.select_dtypes("number").astype(float)


def ratio(a: FloatArray, b: FloatArray, confidence: float = 0.95) -> dict[str, float]:
    """Compare the repeats of one metric, as `compare` does for each.

    Args:
        a: One value per repeat of one kind of run.
        b: The same of the other kind.
        confidence: Of the interval.

    Returns:
        A row of `compare`, by the names of its columns.
    """
    row = {"a": a.mean(), "b": b.mean(), "ratio": np.nan, "low": np.nan, "high": np.nan}
    if (a > 0).all() and (b > 0).all():
        log_a, log_b = np.log(a), np.log(b)
        margin = _welch_margin(log_a, log_b, confidence)
        difference = log_b.mean() - log_a.mean()
        row = {"a": np.exp(log_a.mean()), "b": np.exp(log_b.mean())}
        row |= {"ratio": np.exp(difference), "low": np.exp(difference - margin), "high": np.exp(difference + margin)}
    return row | {"repeats_a": len(a), "repeats_b": len(b)}


def _welch_margin(a: FloatArray, b: FloatArray, confidence: float) -> float:
    """Half the width of Welch's interval of the difference of two means; NaN without repeats of both."""
    from scipy.special import stdtrit  # type: ignore[import-untyped]  # noqa: PLC0415  a wait that few need

    if min(len(a), len(b)) < 2:
        return np.nan
    of_a, of_b = a.var(ddof=1) / len(a), b.var(ddof=1) / len(b)
    if of_a + of_b == 0:
        return 0.0
    freedom = (of_a + of_b) ** 2 / (of_a**2 / (len(a) - 1) + of_b**2 / (len(b) - 1))
    return float(stdtrit(freedom, 0.5 + confidence / 2) * np.sqrt(of_a + of_b))
