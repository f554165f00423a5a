"""Two kinds of run, metric by metric: ratios of means, and an interval where repeats allow one."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats as scipy_stats

from booking_sim.stats import compare


class Run:
    def __init__(self, **metrics):
        self.metrics = metrics

    def summary(self):
        return pd.Series(self.metrics, dtype=object)


A, B = [4.0, 5.0, 4.5], [2.0, 2.5, 1.9, 2.2]


def test_the_interval_is_welchs_on_logarithms():
    row = compare([Run(p99_ms=value) for value in A], [Run(p99_ms=value) for value in B]).loc["p99_ms"]
    assert row["ratio"] == pytest.approx(scipy_stats.gmean(B) / scipy_stats.gmean(A))
    assert row["ratio"] == pytest.approx(row["b"] / row["a"])
    welch = scipy_stats.ttest_ind(np.log(B), np.log(A), equal_var=False).confidence_interval(0.95)
    assert [row["low"], row["high"]] == pytest.approx(np.exp([welch.low, welch.high]))
    assert [row["repeats_a"], row["repeats_b"]] == [3, 4]


def test_one_run_of_each_gives_a_ratio_and_no_interval():
    row = compare(Run(p99_ms=4.0), Run(p99_ms=2.0)).loc["p99_ms"]
    assert row["ratio"] == 0.5
    assert row[["low", "high"]].isna().all()


def test_a_figure_that_can_be_nothing_has_no_ratio():
    row = compare([Run(errors=0), Run(errors=4)], [Run(errors=1), Run(errors=1)]).loc["errors"]
    assert row[["a", "b"]].tolist() == [2, 1]
    assert row[["ratio", "low", "high"]].isna().all()


def test_a_figure_that_never_changes_has_an_interval_without_width():
    row = compare([Run(held=5), Run(held=5)], [Run(held=5), Run(held=5)]).loc["held"]
    assert row[["ratio", "low", "high"]].tolist() == [1, 1, 1]


def test_only_numbers_that_both_have_are_compared():
    table = compare(Run(held=5, audit_ok=True, name="x", old=1), Run(held=5, audit_ok=True, name="y", new=1))
    assert table.index.tolist() == ["held"]
