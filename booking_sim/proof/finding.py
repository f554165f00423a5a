"""What a rule says of a history: it holds, it is violated, or nobody can tell."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

UNRECORDED = "a worker was lost, and some of its calls with it"

Wrong = tuple[pd.Series | NDArray[np.bool_], str]
"""In which rows something is wrong, and what."""

_SHOWN = 5
_COLUMNS = ("event", "ticket_no", "buyer", "intent_id", "call", "outcome", "sent")
"""What is shown of an offender, where the frame has it."""


class Verdict(StrEnum):
    """What a rule says."""

    HOLDS = "holds"
    VIOLATED = "violated"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one rule.

    Attributes:
        name: Of the rule.
        judged: How many answers or rows it judged.
        offenders: Those that violate it, the first few, as what JSON can hold.
        violations: How many violate it.
        untold: How many it could not judge.
        reason: Why not.
    """

    name: str
    judged: int
    offenders: list[dict[str, Any]] = field(default_factory=list)
    violations: int = 0
    untold: int = 0
    reason: str = ""

    @property
    def verdict(self) -> Verdict:
        """One violation decides; one answer that could not be judged leaves the rule open."""
        if self.violations:
            return Verdict.VIOLATED
        return Verdict.CANNOT_TELL if self.untold else Verdict.HOLDS

    @property
    def share_untold(self) -> float:
        """The share that could not be judged, from 0 to 1."""
        return self.untold / (self.judged + self.untold) if self.untold else 0.0


def judge(
    name: str,
    frame: pd.DataFrame,
    wrong: Sequence[Wrong],
    *,
    unless: NDArray[np.bool_] | None = None,
    reason: str = "",
) -> Finding:
    """Make a finding of what is wrong with each row of a frame.

    Args:
        name: The rule.
        frame: One row for each answer or row of the tables that is judged.
        wrong: In which rows something is wrong, and what, in words; of a row with several, the first counts.
        unless: In which rows it may be right all the same, for a reason that the history does not show; None: in none.
        reason: This reason.
    """
    problems = np.full(len(frame), "", dtype=object)
    for condition, problem in reversed(wrong):
        problems[np.asarray(condition, dtype=bool)] = problem
    is_wrong = problems != ""
    untold = is_wrong & unless if unless is not None else np.zeros_like(is_wrong)
    violating = np.flatnonzero(is_wrong & ~untold)
    first = violating[:_SHOWN]
    shown = frame.iloc[first][[column for column in _COLUMNS if column in frame]].assign(problem=problems[first])
    return Finding(
        name=name,
        judged=len(frame) - int(untold.sum()),
        offenders=[{str(key): _plain(value) for key, value in row.items()} for row in shown.to_dict("records")],
        violations=len(violating),
        untold=int(untold.sum()),
        reason=reason if untold.any() else "",
    )


def together(findings: Iterable[Finding]) -> Finding:
    """Make one finding of those of one rule on parts of a history, at least one, in their order."""
    parts = [*findings]
    return Finding(
        name=parts[0].name,
        judged=sum(part.judged for part in parts),
        offenders=[offender for part in parts for offender in part.offenders][:_SHOWN],
        violations=sum(part.violations for part in parts),
        untold=sum(part.untold for part in parts),
        reason=next((part.reason for part in parts if part.reason), ""),
    )


def _plain(value: Any) -> Any:
    """A value as JSON can hold it."""
    value = value.item() if isinstance(value, np.generic) else value
    return round(value, 6) if isinstance(value, float) else value
