"""SurgeResult: the one object that a run gives back."""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Final, NoReturn

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from booking_sim.errors import BookingSimError
from booking_sim.plots.outcomes import outcomes_over_time
from booking_sim.plots.panels import glance, overview
from booking_sim.proof.rules import unchecked
from booking_sim.records import columns, samples
from booking_sim.records import holds as hold_records
from booking_sim.records import inventory as inventory_records
from booking_sim.records.columns import joined
from booking_sim.records.recorded import RecordedAttempts
from booking_sim.result.folder import ATTEMPTS, CHART, HOLDS, INVENTORY
from booking_sim.result.manifest import Manifest
from booking_sim.result.saving import Saved
from booking_sim.scenario.scenario import Scenario
from booking_sim.stats.requests import FOUND, Pieces, with_requests
from booking_sim.stats.summary import WHOLE, Part, headline, summarise

RESULT_OF: Final = "surge"
"""What the manifest says that made such a result."""


class SurgeResult(Saved):
    """A scenario, run: what went in and everything that came out.

    Args:
        scenario: As the attribute of this name, like all others.
        attempts: A frame of the attempts, or where they are recorded.
        holds: None: they were not read.
        inventory: None: the tickets were not counted.
        audit: None: it was not done.
        proof: None: nothing was judged.
        manifest: With what it was run.
        waits: None: nothing was observed; as the next four.
        sessions: See below.
        events: See below.
        server: See below.
        statements: See below.

    Attributes:
        scenario: What was simulated.
        attempts: One row per attempt, by `queued_at`. They are read from disk when they
            are first asked for: some 130 MB for a million.
        holds: One row per hold, as the database has it at the end: `intent_id`,
            `event`, `buyer`, `quantity` and `ticket_nos`; `held_at`, `deadline` and
            `ended_at`, in seconds since the start by the database's clock; and its
            `end`, one of `booking_sim.records.holds.ENDS`. A hold that is open has no
            `ended_at`, also when it is overdue.
        inventory: The tickets by status at up to 500 instants, `seconds` after the
            start, exactly, as the holds say: `available`, `held`, `overdue` (held
            past the deadline) and `sold`; and `oversold`, the tickets promised to more
            than one buyer. The last row is counted in the tickets themselves, when all
            was over.
        waits: What database sessions waited for: one row per session that was at work
            when the observer took a sample, `seconds` after the start: its `pid`,
            whether it `is_own`, of this run, and then its `call`; `wait_event_type` and
            `wait_event` (none: it was running), the pids it was `blocked_by`, and for
            how long it had waited for that lock, `waited_ms`. A sample in which no
            session was at work is one row without a pid.
        sessions: Who else was at work, and who kept locks from sessions of the run: one
            row per such session and sample, `seconds` after the start: its `pid`,
            whether it `is_own`, how many sessions of this run it had `blocked`, its
            `database`, `application`, `user`, `state` and `query`. A role without
            `pg_read_all_stats` sees only sessions of its own user.
        events: What happened: `seconds` after the start, its `kind` (checkpoint,
            vacuum, connections lost, mark) and a `text`. Checkpoints and vacuums are
            seen at the first sample of `server` after their end.
        server: One row per sample of the server, the first just before the start:
            `connections` to the database and how many of them were `active`; the age of
            the oldest snapshot in the database, `oldest_snapshot_s` and
            `oldest_snapshot_xids` (transactions begun since); `dead_tuples` of the
            booking tables, as PostgreSQL estimates them; and, counted from the start:
            `checkpointed_bytes` of WAL up to the last checkpoint (missing where
            pg_control_checkpoint() is not permitted), `vacuums`, `updates` and
            `hot_updates` of these tables, `wal_bytes` of the server, `buffer_hits`,
            `buffer_reads`, `commits` and `rollbacks` of the database, and the CPU
            seconds of the server (not a number if it is on another machine), of the
            generator and of all, `server_cpu_s`, `generator_cpu_s` and
            `machine_cpu_s`.
        statements: What each statement cost during the run, where pg_stat_statements is
            installed: `query`, `calls`, `total_ms`, `rows`, `buffer_hits`,
            `buffer_reads`, `wal_bytes`.
        audit: The invariants, checked at the end: `name`, `rule`, whether it was
            `checked`, `violations`, `offenders`. No row if the audit was not done.
        proof: The answers that buyers got, judged against the tables, at the end: as
            `booking_sim.prove` gives it.
        manifest: When, where and with what it was run; whether it is partial, and why.
    """

    chart_name: ClassVar[str] = CHART

    def __init__(
        self,
        *,
        scenario: Scenario,
        attempts: pd.DataFrame | RecordedAttempts,
        manifest: Manifest,
        holds: pd.DataFrame | None = None,
        inventory: pd.DataFrame | None = None,
        audit: pd.DataFrame | None = None,
        proof: pd.DataFrame | None = None,
        waits: pd.DataFrame | None = None,
        sessions: pd.DataFrame | None = None,
        events: pd.DataFrame | None = None,
        server: pd.DataFrame | None = None,
        statements: pd.DataFrame | None = None,
    ) -> None:
        self.scenario = scenario
        self.recorded = attempts if isinstance(attempts, RecordedAttempts) else RecordedAttempts(attempts)
        self.manifest = manifest
        self.holds = hold_records.empty() if holds is None else holds
        self.inventory = inventory_records.empty() if inventory is None else inventory
        self.audit = no_audit() if audit is None else audit
        self.proof = unchecked() if proof is None else proof
        self.waits = samples.to_frame("waits") if waits is None else waits
        self.sessions = samples.to_frame("sessions") if sessions is None else sessions
        self.events = samples.to_frame("events") if events is None else events
        self.server = samples.to_frame("server") if server is None else server
        self.statements = samples.to_frame("statements") if statements is None else statements

    @cached_property
    def attempts(self) -> pd.DataFrame:
        """One row per attempt; `booking_sim.records.attempts.Attempt` says what the columns are."""
        return self.recorded.frame()

    def counted(self, *names: str) -> pd.DataFrame:
        """The attempts that charts and comparisons are of: without those of the scenario's warm-up.

        Args:
            *names: The columns that are needed; none: all.

        Returns:
            The same as `attempts`, or some of its rows.
        """
        if not self.scenario.warm_up_s:
            return self.recorded.columns(*names) if names else self.attempts
        return joined(self._counted(*dict.fromkeys((*(names or columns.SCHEMA.names), *FOUND))))

    @property
    def _counted(self) -> Pieces:
        """The same attempts a piece at a time, and the columns FOUND of each."""
        return Part(self.scenario.warm_up_s).select(with_requests(self.recorded.pieces))

    @property
    def partial(self) -> bool:
        """Whether something is missing from the run or its result; `manifest.problems` says what and why."""
        return self.manifest.partial

    @cached_property
    def _summary(self) -> pd.Series:
        return self._summarise(WHOLE)

    def _summarise(self, part: Part) -> pd.Series:
        return summarise(
            self.scenario,
            self.recorded.pieces,
            holds=self.holds,
            inventory=self.inventory,
            audit=self.audit,
            proof=self.proof,
            is_incomplete=self.partial,
            part=part,
        )

    def summary(self, part: Part = WHOLE) -> pd.Series:
        """The metrics of the run, or of a part of it, all of them measured.

        Args:
            part: Which part, such as `Part(start=5, kind="fan")`: what buyers of this kind
                were answered from 5 s after the start on.

        Returns:
            The metrics by name; `booking_sim.stats.metrics.METRICS` says what each is.
        """
        metrics = (self._summary if part.is_whole else self._summarise(part)).copy()
        metrics["partial"] = self.partial
        return metrics

    def metrics(self) -> dict[str, int | float | bool | None]:
        """The summary as JSON can hold it: what was not reached, and what there was none of, is null."""
        return {str(name): _json(value) for name, value in self.summary().items()}

    def not_reached(self) -> list[str]:
        """The metrics that were not reached: percentiles beyond the share answered, by name."""
        return [str(name) for name, value in self.summary().items() if math.isinf(value)]

    @property
    def headline(self) -> str:
        """The run in one line."""
        return headline(self.summary())

    @property
    def is_right(self) -> bool:
        """Whether audit and proof were done and found nothing wrong, and no ticket was sold twice."""
        summary = self.summary()
        return bool(summary["audit_ok"] and not summary["oversold"] and not summary["contradictions"])

    @property
    def ok(self) -> bool:
        """Whether nothing is missing, audit and proof found nothing wrong, and no ticket was sold twice."""
        return self.is_right and not self.partial

    def to_frame(self) -> pd.DataFrame:
        """A copy of the attempts, to change as you like."""
        return self.attempts.copy()

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the answers per second over the run, stacked by outcome.

        Args:
            ax: Where to draw; a new figure if None.

        Returns:
            The axes.
        """
        return outcomes_over_time(self.counted(), ax=ax)

    def chart(self) -> Figure:
        """Draw the run at a glance: headline, outcomes over time, latencies."""
        return glance(self._counted, self.headline)

    def overview(self) -> Figure:
        """Draw everything that there is to show, on one page."""
        return overview(*self.drawn(), title=self.headline, events=self.events)

    def drawn(self) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        """The frames that `booking_sim.plots.overview` draws: without the warm-up, where it is not a state."""
        waits, server = (frame[frame["seconds"] >= self.scenario.warm_up_s] for frame in (self.waits, self.server))
        return self.counted(), self.holds, self.inventory, waits, server if self.scenario.warm_up_s else self.server

    def __getitem__(self, name: object) -> NoReturn:
        """Say which frames there are, since the whole result is none."""
        raise BookingSimError(
            "A SurgeResult is not a frame: use one of its frames, such as result.attempts, result.holds, result.waits."
        )

    def __repr__(self) -> str:
        return f"<SurgeResult: {self.headline}>"

    def _writers(self) -> Mapping[str, Callable[[Path], None]]:
        return {
            ATTEMPTS: self.recorded.settle,
            HOLDS: lambda path: hold_records.write(self.holds, path),
            INVENTORY: lambda path: inventory_records.write(self.inventory, path),
            **{f"{name}.parquet": self._sample_writer(name) for name in samples.KEPT},
        }

    def _sample_writer(self, name: str) -> Callable[[Path], None]:
        return lambda path: samples.write(name, getattr(self, name), path)

    def _description(self) -> Mapping[str, Any]:
        return {
            "result_of": RESULT_OF,
            "headline": self.headline,
            "summary": self.metrics(),
            "not_reached": self.not_reached(),
            "scenario": self.scenario.to_dict(),
            "audit": self.audit.to_dict("records"),
            "proof": self.proof.to_dict("records"),
            **self.manifest.to_dict(),
        }

    def add_problems(self, problems: Sequence[str]) -> None:
        """Write down what is missing from the result.

        Args:
            problems: What, and why, a line each.
        """
        self.manifest = self.manifest.with_problems(problems)


def _json(value: float) -> int | float | bool | None:
    return value if math.isfinite(value) else None


def no_audit() -> pd.DataFrame:
    """The audit frame of a run whose audit was not done."""
    return pd.DataFrame(
        {
            "name": pd.Series(dtype=object),
            "rule": pd.Series(dtype=object),
            "checked": pd.Series(dtype=bool),
            "violations": pd.Series(dtype=int),
            "offenders": pd.Series(dtype=object),
        }
    )
