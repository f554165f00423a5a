"""The rounds, judged: the median ratio of each goal, its interval, and whether it is on the right side of the bound."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import binom  # type: ignore[import-untyped]  # it brings no types

from booking_sim.bench.metrics import METRICS, Goal
from booking_sim.bench.phases import BenchComparison

_CONFIDENCE = 0.90


def judge(rounds: pd.DataFrame, comparisons: Sequence[BenchComparison]) -> pd.DataFrame:
    """Compare the sides round by round, so that what a machine does for minutes happens to both.

    Args:
        rounds: One row per turn, as BenchResult.rounds.
        comparisons: What was measured, with the goals.

    Returns:
        One row per goal: `phase`, `situation`, `clients`, `side`, `metric`, `against` (None where the number itself is
        judged), `value` and `other`, the medians of both sides; `ratio`, the median of the rounds' ratios (or numbers),
        with the interval `low` to `high` that `interval` gives, NaN of a single round; `goal`, NaN where none is;
        `better`, "higher" or "lower"; and `reached`: True, False, or NA where nothing was measured or there is no goal.
    """
    table = pd.DataFrame([_row(rounds, comparison, goal) for comparison in comparisons for goal in comparison.goals])
    return table.astype({"reached": "boolean"})


def interval(values: Sequence[float]) -> tuple[float, float]:
    """An interval for the median, whatever the distribution: from the k-th least to the k-th greatest value.

    k is the greatest with which it contains the true median in at least 90 of 100 cases; with fewer than five values
    none does, and it is from the least to the greatest. (The number of values below the median is binomial.)
    """
    ordered, n = sorted(values), len(values)
    k = 1
    while 1 - 2 * binom.cdf(k, n, 0.5) >= _CONFIDENCE:
        k += 1
    return ordered[k - 1], ordered[n - k]


def _row(rounds: pd.DataFrame, comparison: BenchComparison, goal: Goal) -> dict[str, object]:
    metric = METRICS[goal.metric]
    of_it = rounds[(rounds["situation"] == comparison.situation) & (rounds["clients"] == comparison.clients)]
    by_round = of_it[of_it["phase"] == comparison.phase].pivot_table(
        index="round", columns="side", values=goal.metric, dropna=False
    )
    own = _column(by_round, goal.side)
    other = None if goal.against is None else _column(by_round, goal.against)
    ratios = own if other is None else own.clip(lower=metric.resolution) / other.clip(lower=metric.resolution)
    known = [float(ratio) for ratio in ratios.dropna()]
    ratio = float(np.median(known)) if known else float("nan")
    low, high = interval(known) if len(known) > 1 else (float("nan"), float("nan"))
    return {
        "phase": comparison.phase,
        "situation": comparison.situation,
        "clients": comparison.clients,
        "side": goal.side,
        "metric": goal.metric,
        "against": goal.against,
        "value": float(own.median()),
        "other": float("nan") if other is None else float(other.median()),
        "ratio": ratio,
        "low": low,
        "high": high,
        "goal": float("nan") if goal.bound is None else goal.bound,
        "better": metric.better,
        "reached": goal.reached(ratio),
    }


def _column(by_round: pd.DataFrame, side: str) -> pd.Series:
    """The values of a side, round by round; NaN where nothing was measured."""
    if side in by_round:
        return by_round[side].astype(float)
    return pd.Series(np.nan, index=by_round.index)
