"""BenchResult: what a bench gives back, and how it is kept."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from booking_sim.bench.table import judge
from booking_sim.folder import claim, seal
from booking_sim.plots.shares import shares_overview

ROUNDS = "rounds.parquet"
CHART = "shares.png"


@dataclass(frozen=True, eq=False)
class BenchResult:
    """A strategy, measured.

    Attributes:
        rounds: One row a round: `phase`, `situation`, `clients`, `round`; `floor_per_s` and `per_s`, the answers a
            second of the floor and of the strategy in the same instants (of the worst 100 ms, the floor is the
            strategy's own rate before); `share`, their ratio; and the `goal` for its median.
        manifest: When, where and with what it was measured.
    """

    rounds: pd.DataFrame
    manifest: dict[str, Any]

    def table(self) -> pd.DataFrame:
        """One row a situation: medians, spread, goal and whether it is reached; see `booking_sim.bench.table.judge`."""
        return judge(self.rounds)

    @property
    def ok(self) -> bool:
        """Whether every goal is reached."""
        return bool(self.table()["reached"].all())

    @property
    def headline(self) -> str:
        """What to remember of it, in one line."""
        table = self.table()
        reached = f"{table['reached'].sum()} of {len(table)} goals reached"
        worst = table.iloc[int((table["share"] / table["goal"]).argmin())]
        at = f"{worst['situation']} at {worst['clients']} client{'' if worst['clients'] == 1 else 's'}"
        return f"{self.manifest['strategy']}: {reached}; the least for its goal: {worst['share']:.2f}, {at}"

    def chart(self) -> Figure:
        """Draw the shares, the spread and the goals."""
        return shares_overview(self.table(), self.headline)

    def save(self, folder: str | Path) -> Path:
        """Write the result down: rounds.parquet, manifest.json and shares.png.

        Args:
            folder: Where; made if missing.

        Returns:
            The folder.

        Raises:
            BookingSimError: The folder cannot be written to, or holds a result.
        """
        folder = claim(Path(folder))
        self.rounds.to_parquet(folder / ROUNDS, index=False)
        parts = {"headline": self.headline, "table": self.table().to_dict("records")}
        seal(folder, self.manifest | parts, self.chart(), CHART)
        return folder
