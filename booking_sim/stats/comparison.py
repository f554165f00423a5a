"""Is one kind of run faster than another, and how sure is that: results -> frame."""

from collections.abc import Sequence
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

FloatArray = npt.NDArray[np.float64]

DIFFED: Final = (
    "throughput",
    "answered_share",
    "p50_ms",
    "p95_ms",
    "p99_ms",
    "p50_database_ms",
    "p99_database_ms",
    "skip_depth",
    "tickets_sold",
    "errors",
)
"""The metrics that runs are compared by. The more there are, the wider are the intervals of all."""


class Summarised(Protocol):
    """What has a summary, such as a SurgeResult."""

    def summary(self) -> pd.Series:
        """The metrics, by name."""
        ...


def diff(
    before: Summarised | Sequence[Summarised],
    after: Summarised | Sequence[Summarised],
    *,
    metrics: Sequence[str] = DIFFED,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Compare two runs, or the repeats of two kinds of run, metric by metric.

    Run-to-run noise shows in repeats alone: a single run gives a ratio and no interval.
    With two repeats or more of each there is Welch's t interval (Biometrika 34, 1947)
    of the difference of the means of the logarithms, which is one of the ratio of the
    geometric means. The intervals are corrected for the number of metrics (Bonferroni):
    all of them together hold with the given confidence, so that equal runs differ in
    any metric in at most 5 % of cases. Repeats should alternate, before, after, before,
    after, so that a drift of the machine affects both.

    Args:
        before: One result, or a list of repeats.
        after: The other.
        metrics: Which to compare; those that a summary does not have are left out.
        confidence: Of all intervals together.

    Returns:
        One row per metric, by its name: `before` and `after`, the geometric means of
        the repeats (arithmetic ones where a repeat is 0 or not finite); `ratio`, after
        to before; `low` and `high`, between which the ratio lies with that confidence;
        `differs`, whether 1 is outside of them; `repeats_before` and `repeats_after`.
        NaN where there is no ratio or no interval.

    Example:
        Are payments slower with more connections?

            from booking_sim import stats, surge

            few = [surge(connections=8) for _ in range(3)]
            many = [surge(connections=64) for _ in range(3)]
            stats.diff(few, many)
    """
    of_before, of_after = _metrics(before), _metrics(after)
    chosen = [name for name in metrics if name in of_before and name in of_after]
    pairs = {name: (of_before[name].to_numpy(), of_after[name].to_numpy()) for name in chosen}
    tested = sum(has_interval(*pair) for pair in pairs.values())
    each = 1 - (1 - confidence) / max(tested, 1)
    rows = {name: _row(ratio(*pair, each)) for name, pair in pairs.items()}
    columns = ["before", "after", "ratio", "low", "high", "differs", "repeats_before", "repeats_after"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("metric")


def _row(row: dict[str, float]) -> list[float | bool]:
    differs = bool(row["low"] > 1 or row["high"] < 1)
    return [*(row[name] for name in ("a", "b", "ratio", "low", "high")), differs, row["repeats_a"], row["repeats_b"]]


def _metrics(results: Summarised | Sequence[Summarised]) -> pd.DataFrame:
    """One row per repeat, one column per number of its summary."""
    repeats = results if isinstance(results, Sequence) else [results]
    summaries = pd.DataFrame([each.summary() for each in repeats]).infer_objects()
    return summaries.select_dtypes("number").astype(float)


def has_ratio(a: FloatArray, b: FloatArray) -> bool:
    """Whether the repeats of one metric have a ratio: all are above 0 and finite."""
    return all(bool(((values > 0) & np.isfinite(values)).all()) for values in (a, b))


def has_interval(a: FloatArray, b: FloatArray) -> bool:
    """Whether that ratio has an interval with a width: there are repeats of both, and they vary."""
    return has_ratio(a, b) and min(len(a), len(b)) > 1 and any(np.ptp(values) > 0 for values in (a, b))


def ratio(a: FloatArray, b: FloatArray, confidence: float = 0.95) -> dict[str, float]:
    """Compare the repeats of one metric, as `diff` does for each.

    Args:
        a: One value per repeat of one kind of run.
        b: The same of the other kind.
        confidence: Of the interval.

    Returns:
        The means `a` and `b`; the `ratio` of b to a, between `low` and `high`; the
        numbers of repeats, `repeats_a` and `repeats_b`.
    """
    row = {"a": a.mean(), "b": b.mean(), "ratio": np.nan, "low": np.nan, "high": np.nan}
    if has_ratio(a, b):
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
