"""SurgeResult: the one object that a run gives back."""

import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from booking_sim.errors import BookingSimError, ResultNotFound
from booking_sim.plots.outcomes import outcomes_over_time
from booking_sim.plots.panels import at_a_glance, overview
from booking_sim.proof.rules import unchecked
from booking_sim.records import columns, holds, samples
from booking_sim.result.folder import ATTEMPTS, CHART, HOLDS, INVENTORY, MANIFEST, claim, seal
from booking_sim.scenario.scenario import Scenario
from booking_sim.stats.summary import headline, metrics_between, summarise


@dataclass(frozen=True, eq=False)
class SurgeResult:
    """A scenario, run: what went in and everything that came out.

    Attributes:
        scenario: What was simulated.
        attempts: One row an attempt, by `queued_at`;
            `booking_sim.records.attempts.Attempt` says what the columns are.
        holds: One row a hold, as the database has it at the end: `intent_id`, `event`,
            `buyer`, `quantity` and `ticket_nos`; `held_at`, `deadline` and `ended_at`,
            in seconds since the start by the database's clock; and its `end`, one of
            `booking_sim.records.holds.ENDS`. A hold that is open has no `ended_at`,
            also when it is overdue.
        inventory: The tickets by status at up to 500 moments, `seconds` after the
            start, exactly, as the holds tell it: `available`, `held`, `overdue` (held
            past the deadline) and `sold`; and `oversold`, the tickets promised to more
            than one buyer. The last row is counted in the tickets themselves, when all
            was over.
        waits: What buyers waited for: one row a client that was at work in the database
            when the observer looked, `seconds` after the start: its `pid`,
            `wait_event_type` and `wait_event` (none: it was running), the pids it was
            `blocked_by`, and for how long it had waited for that lock, `waited_ms`. A
            look at which nobody was at work is one row without a pid.
        server: One row a look at the server, the first of them just before the start:
            `connections` to the database and how many of them were `active`; the age of
            the oldest snapshot of anybody, `oldest_snapshot_s` and
            `oldest_snapshot_xids` (transactions begun since); `dead_tuples` of the
            booking tables, as PostgreSQL estimates them; and, counted from the start:
            `vacuums`, `updates` and `hot_updates` of these tables, `wal_bytes` of the
            server, `buffer_hits`, `buffer_reads`, `commits` and `rollbacks` of the
            database, and the processor seconds of the server (not a number if it is on
            another machine), of the generator and of all, `server_cpu_s`,
            `generator_cpu_s` and `machine_cpu_s`.
        statements: What each statement cost during the run, where pg_stat_statements is
            installed: `query`, `calls`, `total_ms`, `rows`, `buffer_hits`,
            `buffer_reads`, `wal_bytes`.
        audit: The invariants, checked at the end: `name`, `rule`, `checked`,
            `violations`, `offenders`.
        proof: What buyers were told, judged against the tables, at the end: as
            `booking_sim.prove` gives it.
        manifest: When, where and with what it was run; whether it is partial, and why.
    """

    scenario: Scenario
    attempts: pd.DataFrame
    holds: pd.DataFrame
    inventory: pd.DataFrame
    audit: pd.DataFrame
    manifest: dict[str, Any]
    proof: pd.DataFrame = field(default_factory=unchecked)
    waits: pd.DataFrame = field(default_factory=lambda: samples.to_frame("waits"))
    server: pd.DataFrame = field(default_factory=lambda: samples.to_frame("server"))
    statements: pd.DataFrame = field(default_factory=lambda: samples.to_frame("statements"))

    @property
    def partial(self) -> bool:
        """Whether the run ended before every buyer had the last word; `manifest["problems"]` says why."""
        return bool(self.manifest["partial"])

    @cached_property
    def _summary(self) -> pd.Series:
        return summarise(self.scenario, self.attempts, self.inventory, self.audit, self.proof, partial=self.partial)

    def summary(self) -> pd.Series:
        """The run in numbers, all of them measured; `booking_sim.stats.figures.FIGURES` says what each of them is."""
        return self._summary.copy()

    def figures(self) -> dict[str, int | float | bool | None]:
        """The summary as JSON can hold it: a percentile of nothing is null."""
        return {str(name): None if pd.isna(value) else value for name, value in self._summary.items()}

    def figures_between(self, start: float, end: float) -> dict[str, float]:
        """The figures that a part of the run has too, of what was answered then.

        Args:
            start: From when, in seconds since the start.
            end: To when; may be infinite.

        Returns:
            Those of `booking_sim.stats.figures.WINDOWED` by name; a percentile of
            nothing is not a number.
        """
        return metrics_between(self.attempts, start, end)

    @property
    def headline(self) -> str:
        """What to remember of the run, in one line."""
        return headline(self.summary())

    @property
    def ok(self) -> bool:
        """Whether the run is complete, audit and proof find nothing wrong and nothing was sold twice."""
        summary = self.summary()
        right = summary["audit_ok"] and not summary["oversold"] and not summary["contradictions"]
        return bool(right) and not self.partial

    def to_frame(self) -> pd.DataFrame:
        """The attempts, as a copy."""
        return self.attempts.copy()

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the answers a second over the run, stacked by outcome.

        Args:
            ax: Where to draw; a new figure if None.

        Returns:
            The axes.
        """
        return outcomes_over_time(self.attempts, ax=ax)

    def chart(self) -> Figure:
        """Draw the run at a glance: headline, outcomes over time, latencies."""
        return at_a_glance(self.attempts, self.headline)

    def overview(self) -> Figure:
        """Draw everything that there is to show, on one page."""
        return overview(self.attempts, self.holds, self.inventory, self.waits, self.server, title=self.headline)

    def __getitem__(self, name: object) -> NoReturn:
        """Say what to do instead to whoever gives the whole result where one of its frames is wanted."""
        raise BookingSimError(
            "A SurgeResult is no frame: give one of those in it, such as result.attempts, result.holds or result.waits."
        )

    def __repr__(self) -> str:
        return f"<SurgeResult: {self.headline}>"

    def save(self, folder: str | Path) -> Path:
        """Write the result down: a Parquet file for each frame, manifest.json (all the rest) and surge.png.

        Args:
            folder: Where; made if missing.

        Returns:
            The folder.

        Raises:
            BookingSimError: The folder cannot be written to, or holds a result.
        """
        folder = claim(Path(folder))
        parts = {
            "headline": self.headline,
            "summary": self.figures(),
            "scenario": self.scenario.to_dict(),
            "audit": self.audit.to_dict("records"),
            "proof": self.proof.to_dict("records"),
        }
        columns.write(self.attempts, folder / ATTEMPTS)
        holds.write(self.holds, folder / HOLDS)
        self.inventory.to_parquet(folder / INVENTORY, index=False)
        samples.write({name: getattr(self, name) for name in samples.KEPT}, folder)
        seal(folder, self.manifest | parts, self.chart(), CHART)
        return folder


def load(folder: str | Path) -> SurgeResult:
    """Read a result that `SurgeResult.save` or `booking-sim surge` wrote.

    Args:
        folder: Its folder, such as "results/20261122T120000Z-surge".

    Returns:
        The result, as it was saved.

    Raises:
        BookingSimError: The folder holds none.

    Example:
        Look at a run again:

            from booking_sim import load

            load("results/20261122T120000Z-surge").overview()
    """
    folder = Path(folder)
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        parts = {name: manifest.pop(name) for name in ("headline", "summary", "scenario", "audit", "proof")}
        attempts = columns.read(folder / ATTEMPTS)
        intents = holds.read(folder / HOLDS)
        inventory = pd.read_parquet(folder / INVENTORY)
        seen = {name: samples.read(name, folder) for name in samples.KEPT}
    except (OSError, ValueError, KeyError) as error:
        reason = f"{error} is missing" if isinstance(error, KeyError) else error
        raise ResultNotFound(
            f"{folder} holds no result that can be read ({reason}): name a folder that `save` or --out made."
        ) from None
    return SurgeResult(
        scenario=Scenario.from_settings(parts["scenario"]),
        attempts=attempts,
        holds=intents,
        inventory=inventory,
        audit=pd.DataFrame(parts["audit"]),
        proof=pd.DataFrame(parts["proof"]),
        manifest=manifest,
        **seen,
    )
