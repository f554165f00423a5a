"""What a comparison of runs prints: a table as text or Markdown, what else differs, and one JSON object."""

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from booking_sim.result.differences import differences
from booking_sim.result.result import SurgeResult
from booking_sim.result.thresholds import Judgement
from booking_sim.stats.comparison import diff

_HEAD = ("metric", "before", "after", "ratio", "95 % interval", "")


class DiffReport:
    """Runs before and after a change.

    Args:
        before: One run, or repeats.
        after: The other.
        judgements: What the requirements came to.
    """

    def __init__(
        self, before: Sequence[SurgeResult], after: Sequence[SurgeResult], judgements: Sequence[Judgement]
    ) -> None:
        self._before, self._after, self._judgements = before, after, judgements
        self.frame = diff(before, after)
        self.differences = differences(before[0], after[0])

    @property
    def headline(self) -> str:
        """The result, in one line."""
        if self.frame["low"].isna().all():
            return "No interval: compare two repeats or more of each, since single runs differ by chance"
        changed = self.frame[self.frame["differs"]]
        if changed.empty:
            return "No metric differs by more than chance"
        return "; ".join(f"{name} is {ratio:.3g} times as before" for name, ratio in changed["ratio"].items())

    def text(self) -> str:
        """For a terminal."""
        rows = [_HEAD, *self._rows()]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        table = [
            "  ".join(
                f"{cell:<{width}}" if number in {0, 5} else f"{cell:>{width}}"
                for number, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in rows
        ]
        return "\n".join([*table, "", f"{self._counts()}. {self.headline}.", *self._notes("")])

    def markdown(self) -> str:
        """For the summary of a job, and comments."""
        table = [f"| {' | '.join(row)} |" for row in (_HEAD, ("---",) + ("---:",) * 4 + ("---",), *self._rows())]
        required = [
            f"- {'met' if each.is_met else '**not met**'}: `{each.threshold.text}`, measured {each}"
            for each in self._judgements
        ]
        return "\n".join([f"**{self.headline}.** {self._counts()}.", "", *table, "", *required, *self._notes("- ")])

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it; what is not there is null."""
        return {
            "headline": self.headline,
            "metrics": {
                str(name): {column: _json(value) for column, value in row.items()}
                for name, row in self.frame.T.to_dict().items()
            },
            "differences": self.differences,
            "failed": [each.threshold.text for each in self._judgements if not each.is_met],
        }

    def _rows(self) -> list[tuple[str, ...]]:
        return [
            (
                str(name),
                _number(row["before"]),
                _number(row["after"]),
                _number(row["ratio"], 3),
                "" if pd.isna(row["low"]) else f"{row['low']:.3g} to {row['high']:.3g}",
                "differs" if row["differs"] else "",
            )
            for name, row in self.frame.iterrows()
        ]

    def _counts(self) -> str:
        return f"{_runs(self._before)} before, {_runs(self._after)} after"

    def _notes(self, mark: str) -> list[str]:
        partial = sum(result.partial for result in (*self._before, *self._after))
        notes = [f"{mark}Before and after also differ in {line}." for line in self.differences]
        return notes + ([f"{mark}{_number(partial)} of the runs are partial."] if partial else [])


def _runs(results: Sequence[SurgeResult]) -> str:
    return f"{len(results)} run" if len(results) == 1 else f"{len(results)} runs"


def _number(value: float, digits: int = 4) -> str:
    if math.isnan(value):
        return "none"
    if math.isinf(value):
        return "not reached"
    return f"{value:,.0f}" if abs(value) >= 10**digits else f"{value:.{digits}g}"


def _json(value: float) -> int | float | bool | None:
    return value if math.isfinite(value) else None
