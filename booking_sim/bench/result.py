"""BenchResult: what a bench gives back, and how it is kept."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd
from matplotlib.figure import Figure

from booking_sim.bench.metrics import METRICS
from booking_sim.bench.phases import BenchComparison
from booking_sim.bench.table import judge
from booking_sim.plots.bench import ratios_overview
from booking_sim.result.environment import Environment
from booking_sim.result.manifest import flat
from booking_sim.result.saving import Saved

ROUNDS = "rounds.parquet"


@dataclass(frozen=True, slots=True)
class BenchManifest:
    """When, where and with what a strategy was measured.

    Attributes:
        strategy: Its name.
        started_at: When the bench began, in ISO 8601.
        ended_at: When it ended.
        rounds: How often each side was measured.
        seconds: How long each time.
        notes: What could not be measured or saved, and why, a line each.
        environment: With what it was run.
    """

    strategy: str
    started_at: str
    ended_at: str
    rounds: int
    seconds: float
    notes: Sequence[str]
    environment: Environment


@dataclass(eq=False)
class BenchResult(Saved):
    """A strategy, measured.

    Attributes:
        rounds: One row per turn: `phase`, `situation`, `clients`, `round`, `turn` (its place in the round), `side`;
            `per_s`, the calls answered a second, and per call `cpu_us`, `wal_bytes`, of these `full_page_bytes` and
            `record_bytes`, `buffers` and `statements`, NaN where they cannot be read; and `served`,
            the share of the calls that got a ticket. Where tickets are left, only those count as answered.
        comparisons: What was measured, with the goals.
        manifest: When, where and with what.
    """

    chart_name: ClassVar[str] = "ratios.png"

    rounds: pd.DataFrame
    comparisons: Sequence[BenchComparison]
    manifest: BenchManifest

    def table(self) -> pd.DataFrame:
        """One row per goal; see `booking_sim.bench.table.judge`."""
        return self._table.copy()

    @cached_property
    def _table(self) -> pd.DataFrame:
        return judge(self.rounds, self.comparisons)

    @property
    def ok(self) -> bool:
        """Whether every goal is reached, of the metrics that can be read here, in every phase."""
        judged = self._table[self._table["goal"].notna() & ~self._table["metric"].isin(self._unreadable)]
        return not self.manifest.notes and bool(judged["reached"].fillna(value=False).all())

    @property
    def _unreadable(self) -> list[str]:
        """The judged metrics that no turn has a value of."""
        judged = self._table.loc[self._table["goal"].notna(), "metric"].unique()
        return [name for name in judged if self.rounds[name].isna().all()]

    @property
    def headline(self) -> str:
        """The result in one line."""
        judged = self._table[self._table["goal"].notna()]
        missed, unknown = judged[~judged["reached"].fillna(value=True)], int(judged["reached"].isna().sum())
        counts = f"{len(judged) - len(missed) - unknown} of {len(judged)} goals reached, {len(missed)} missed"
        unreadable = ", ".join(self._unreadable)
        why = f" (here cannot be read: {unreadable})" if unreadable else ""
        words = f"{self.manifest.strategy}: {counts}" + (f", {unknown} not measured{why}" if unknown else "")
        if missed.empty:
            return words
        parts = missed["ratio"] / missed["goal"]
        worst = missed.iloc[int(parts.where(missed["better"] == "higher", 1 / parts).argmin())]
        against = f" of {worst['against']}" if isinstance(worst["against"], str) else ""
        title = METRICS[worst["metric"]].title
        at = f"{worst['situation']} at {worst['clients']} client{'' if worst['clients'] == 1 else 's'}"
        return f"{words}; the farthest from its goal: {title} {worst['ratio']:.2f}{against}, {at}"

    def chart(self) -> Figure:
        """Draw the ratios, their intervals and the goals."""
        return ratios_overview(self.table(), self.headline)

    def _writers(self) -> Mapping[str, Callable[[Path], None]]:
        return {ROUNDS: lambda path: self.rounds.to_parquet(path, index=False, write_page_checksum=True)}

    def add_problems(self, problems: Sequence[str]) -> None:
        """Write down what is missing from it.

        Args:
            problems: What, and why, a line each.
        """
        self.manifest = replace(self.manifest, notes=[*self.manifest.notes, *problems])

    def _description(self) -> Mapping[str, Any]:
        table = self.table().astype(object)
        rows = table.where(table.notna(), None).to_dict("records")
        return {"result_of": "bench", "headline": self.headline, "table": rows, **flat(self.manifest)}
