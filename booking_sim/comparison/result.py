"""Comparison: strategies side by side, every run and what they come to, and how it is kept."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from booking_sim.comparison.metrics import METRICS
from booking_sim.plots.strategies import strategies_overview
from booking_sim.result.environment import Environment
from booking_sim.result.manifest import flat
from booking_sim.result.saving import Saved
from booking_sim.stats.comparison import ratio

RUNS = "runs.parquet"

_LIMIT = 0.9
"""The share of its time that a worker may be at work before faster answers could not have made it much faster."""


@dataclass(frozen=True, slots=True)
class ComparisonManifest:
    """When, where and with what strategies were compared.

    Attributes:
        started_at: When it began, in ISO 8601.
        ended_at: When it ended.
        interrupted: Whether it was stopped before its last run.
        problems: What is missing from its runs, and why, a line each.
        rounds: How often each strategy was to run.
        scenario: The settings of the surges.
        strategies: The `file` and the `sha256` of each strategy, by its name.
        environment: With what they were run.
    """

    started_at: str
    ended_at: str
    interrupted: bool
    problems: Sequence[str]
    rounds: int
    scenario: Mapping[str, Any]
    strategies: Mapping[str, Mapping[str, str]]
    environment: Environment


@dataclass(eq=False)
class Comparison(Saved):
    """The same surge over several strategies.

    Attributes:
        runs: One row per run: `strategy`, `round`, whether the strategy means to be
            `safe`, and the metrics, of which `booking_sim.comparison.metrics.METRICS`
            says what they are.
        manifest: When, where and with what they were run.
    """

    chart_name: ClassVar[str] = "compare.png"

    runs: pd.DataFrame
    manifest: ComparisonManifest

    def table(self) -> pd.DataFrame:
        """One row per strategy, the one that serves the most buyers a second first.

        The columns are pairs: a metric, and `median`, `least` or `greatest` of its rounds.
        """
        grouped = self.runs.groupby("strategy")[[*METRICS]]
        spread = {"median": grouped.median(), "least": grouped.min(), "greatest": grouped.max()}
        table = pd.concat(spread, axis="columns").swaplevel(axis="columns")
        columns = pd.MultiIndex.from_product([METRICS, spread], names=["metric", "of the rounds"])
        return table[columns].sort_values(("throughput", "median"), ascending=False)

    @property
    def failed(self) -> list[str]:
        """The strategies that mean to be safe and were not: a ticket was sold twice, or the audit found otherwise."""
        broken = self.runs["safe"] & ((self.runs["violations"] > 0) | (self.runs["oversold"] > 0))
        return sorted(self.runs.loc[broken, "strategy"].unique())

    @property
    def limited(self) -> list[str]:
        """The strategies at which the generator was at work nearly all the time, and so was the limit."""
        busy = self.table()["generator_busy", "median"]
        return [str(name) for name in busy.index[busy > _LIMIT]]

    @property
    def ok(self) -> bool:
        """Whether every strategy that means to be safe was, and every run that was begun is complete."""
        return not self.failed and not self.manifest.problems

    @property
    def headline(self) -> str:
        """What to remember of it, in one line."""
        table = self.table()
        rates = table["throughput", "median"]
        parts = [f"{rates.index[0]} serves {rates.iloc[0]:,.0f} buyers per second"]
        if len(rates) > 1:
            parts[0] += self._how_many_times(str(rates.index[0]), str(rates.index[-1]))
        oversold = table.index[table["oversold", "greatest"] > 0]
        parts += [f"{', '.join(oversold)} oversold"] if len(oversold) else []
        parts += [f"meant to be safe, but failed: {', '.join(self.failed)}"] if self.failed else []
        return "; ".join(parts)

    def _how_many_times(self, fastest: str, slowest: str) -> str:
        """The ratio of two strategies with its 95 % interval; of a single round, both rates and no ratio."""
        rates = self.runs.set_index("strategy")["throughput"]
        slow, fast = (rates[[name]].to_numpy(dtype=float) for name in (slowest, fastest))
        row = ratio(slow, fast)
        if np.isnan(row["low"]):
            return f", {slowest} {np.median(slow):,.0f}"
        return f", {row['ratio']:.1f} times ({row['low']:.1f} to {row['high']:.1f}) as many as {slowest}"

    def metrics(self) -> dict[str, Any]:
        """The table as JSON can hold it, by strategy and metric; what was not measured is null."""
        return {
            str(name): {
                metric: {
                    spread: None if pd.isna(row[metric, spread]) else row[metric, spread]
                    for spread in row[metric].index
                }
                for metric in METRICS
            }
            for name, row in self.table().iterrows()
        }

    def chart(self) -> Figure:
        """Draw all of it in one picture: a panel for each metric, with a row for each strategy."""
        return strategies_overview(self.table(), self.headline)

    def __repr__(self) -> str:
        return f"<Comparison: {self.headline}>"

    def _writers(self) -> Mapping[str, Callable[[Path], None]]:
        return {RUNS: lambda path: self.runs.to_parquet(path, index=False, write_page_checksum=True)}

    def add_problems(self, problems: Sequence[str]) -> None:
        """Write down what is missing from it.

        Args:
            problems: What, and why, a line each.
        """
        self.manifest = replace(self.manifest, problems=[*self.manifest.problems, *problems])

    def _description(self) -> Mapping[str, Any]:
        return {
            "result_of": "comparison",
            "headline": self.headline,
            "failed": self.failed,
            "limited": self.limited,
            "table": self.metrics(),
            **flat(self.manifest),
        }
