"""Comparison: strategies side by side, every run and what they come to, and how it is kept."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from booking_sim.comparison.figures import FIGURES
from booking_sim.plots.strategies import strategies_overview
from booking_sim.result.folder import claim, seal
from booking_sim.stats.comparison import ratio

RUNS = "runs.parquet"
CHART = "compare.png"

_LIMIT = 0.9
"""The share of its time that a worker may be at work before faster answers could not have made it much faster."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """The same surge over several strategies.

    Attributes:
        runs: One row a run: `strategy`, `round`, whether the strategy means to be
            `safe`, and the figures, of which `booking_sim.comparison.figures.FIGURES`
            says what they are.
        manifest: When, where and with what they were run.
    """

    runs: pd.DataFrame
    manifest: dict[str, Any]

    def table(self) -> pd.DataFrame:
        """One row a strategy, the one that serves the most buyers a second first.

        The columns are pairs: a figure, and `median`, `least` or `greatest` of its rounds.
        """
        grouped = self.runs.groupby("strategy")[[*FIGURES]]
        spread = {"median": grouped.median(), "least": grouped.min(), "greatest": grouped.max()}
        table = pd.concat(spread, axis="columns").swaplevel(axis="columns")
        columns = pd.MultiIndex.from_product([FIGURES, spread], names=["figure", "of the rounds"])
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
        return not self.failed and not self.manifest["problems"]

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

    def figures(self) -> dict[str, Any]:
        """The table as JSON can hold it, by strategy and figure; what was not measured is null."""
        return {
            str(name): {
                figure: {
                    spread: None if pd.isna(row[figure, spread]) else row[figure, spread]
                    for spread in row[figure].index
                }
                for figure in FIGURES
            }
            for name, row in self.table().iterrows()
        }

    def chart(self) -> Figure:
        """Draw all of it in one picture: a panel for each figure, with a row for each strategy."""
        return strategies_overview(self.table(), self.headline)

    def __repr__(self) -> str:
        return f"<Comparison: {self.headline}>"

    def save(self, folder: str | Path) -> Path:
        """Write it down: runs.parquet, manifest.json and compare.png.

        Args:
            folder: Where; made if missing.

        Returns:
            The folder.

        Raises:
            BookingSimError: The folder cannot be written to, or holds a result.
        """
        folder = claim(Path(folder))
        self.runs.to_parquet(folder / RUNS, index=False)
        parts = {"headline": self.headline, "failed": self.failed, "limited": self.limited, "table": self.figures()}
        seal(folder, self.manifest | parts, self.chart(), CHART)
        return folder
