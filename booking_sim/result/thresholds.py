"""What a run must achieve for CI: `p99_ms < 50`, `p99_ms{kind=fan}[5s:] < 50`, `p99_ms ratio < 1.1`."""

import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from booking_sim.durations import parse_duration
from booking_sim.errors import SettingError
from booking_sim.records.attempts import Call
from booking_sim.scenario.scenario import Scenario
from booking_sim.stats.comparison import FloatArray, has_interval, ratio
from booking_sim.stats.metrics import METRICS
from booking_sim.stats.summary import WHOLE, Part
from booking_sim.validation import suggest

if TYPE_CHECKING:
    from booking_sim.result.result import SurgeResult

_OPERATORS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
}
_FORM = re.compile(
    r"\s*(?P<metric>\w+)\s*(?:\{(?P<labels>[^}]*)\})?\s*(?:\[(?P<start>[^:\]]*):(?P<end>[^:\]]*)\])?"
    rf"(?P<ratio>\s+ratio\b)?\s*(?P<operator>{'|'.join(_OPERATORS)})\s*(?P<limit>\S+)\s*"
)
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_LABELS: Final = ("kind", "call")

DEFAULTS: Final = ("errors == 0",)
"""What is required of a run if nothing else is required of these metrics."""

CONFIDENCE: Final = 0.95
"""Of the intervals of all ratios that are required, together."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """One requirement for a run.

    Attributes:
        text: As it was written.
        metric: A name of `booking_sim.stats.metrics.METRICS`.
        part: The part of the run that it is of.
        operator: How the metric is to compare to the limit.
        limit: A number.
        is_ratio: Whether it is the ratio of the metric to that of the run before.
    """

    text: str
    metric: str
    part: Part
    operator: str
    limit: float
    is_ratio: bool

    @classmethod
    def parse(cls, text: str) -> "Threshold":
        """Read a requirement.

        Args:
            text: A metric, an operator and a number, such as `p99_ms < 50`. The metric can be restricted to a kind of
                buyers and a call, `{kind=fan,call=confirm}`, and to what was answered in a window, `[5s:]`, `[:1m]` or
                `[5s:1m]`, in this order. `p99_ms ratio < 1.1` is about the ratio to the run before.
                A number has digits and at most one point.

        Raises:
            SettingError: It is written otherwise, or there is no such metric.
        """
        match = _FORM.fullmatch(text)
        if match is None:
            raise SettingError(
                f"'{text}' is invalid: expected a metric, one of {' '.join(_OPERATORS)}, and a number, such as"
                " 'p99_ms < 50', 'p99_ms[5s:] < 50' for what came 5 s after the start, or"
                " 'p99_ms{kind=fan,call=confirm} < 50', or 'p99_ms ratio < 1.1' in a comparison."
            )
        if match["metric"] not in METRICS:
            raise SettingError(f"'{text}': metric '{match['metric']}' is unknown: {suggest(match['metric'], METRICS)}")
        if _NUMBER.fullmatch(match["limit"]) is None:
            raise SettingError(
                f"'{text}': '{match['limit']}' is not a number: expected digits with at most one point, such as 1500 or"
                " 0.5, and no unit (the metric's name has it)."
            )
        start, end = _seconds(match["start"], 0.0), _seconds(match["end"], math.inf)
        if start >= end:
            raise SettingError(f"'{text}': the window ends before it begins. Write the earlier time first.")
        part = Part(start, end, **_labels(text, match["labels"]))
        is_ratio = match["ratio"] is not None
        return cls(text.strip(), match["metric"], part, match["operator"], float(match["limit"]), is_ratio)

    def check(self, scenario: Scenario) -> None:
        """Make sure that a run of a scenario can be measured by it.

        Raises:
            SettingError: It is about a kind of buyers that the scenario does not have.
        """
        if self.part.kind is not None and self.part.kind not in scenario.kinds:
            raise SettingError(
                f"'{self.text}': kind '{self.part.kind}' is unknown: {suggest(self.part.kind, scenario.kinds)}"
            )

    def measure(self, result: "SurgeResult") -> float | bool:
        """The value of the metric; not a number if there is nothing to measure."""
        return result.summary(self.part)[self.metric]  # type: ignore[no-any-return]

    def is_met(self, measured: float | bool) -> bool:
        """Whether a measured value is as required; what is not a number never is."""
        return not math.isnan(measured) and _OPERATORS[self.operator](measured, self.limit)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a requirement came to.

    Attributes:
        threshold: The requirement.
        measured: The value of the metric, or its ratio to that of the run before.
        low: A ratio of repeats is not below this; not a number for all else.
        high: And not above this.
    """

    threshold: Threshold
    measured: float | bool
    low: float = math.nan
    high: float = math.nan

    @property
    def is_met(self) -> bool:
        """Whether the run is as required. A ratio with an interval fails only if the whole interval does."""
        if math.isnan(self.low):
            return self.threshold.is_met(self.measured)
        return any(map(self.threshold.is_met, (self.low, self.measured, self.high)))

    def __str__(self) -> str:
        """The measured value, for a table."""
        if math.isnan(self.measured):
            return "nothing to measure"
        interval = "" if math.isnan(self.low) else f" ({self.low:,.4g} to {self.high:,.4g})"
        return "not reached" if math.isinf(self.measured) else f"{float(self.measured):,.6g}{interval}"


def with_defaults(thresholds: Sequence[Threshold]) -> list[Threshold]:
    """Add the DEFAULTS about metrics of the whole run that nothing is required of."""
    judged = {each.metric for each in thresholds if each.part == WHOLE and not each.is_ratio}
    added = [default for text in DEFAULTS if (default := Threshold.parse(text)).metric not in judged]
    return [*thresholds, *added]


def judge(result: "SurgeResult", thresholds: Sequence[Threshold]) -> list[Judgement]:
    """Compare a result to requirements; those of ratios are left out, which `judge_ratios` judges."""
    return [Judgement(threshold, threshold.measure(result)) for threshold in thresholds if not threshold.is_ratio]


def judge_ratios(
    before: "Sequence[SurgeResult]", after: "Sequence[SurgeResult]", thresholds: Sequence[Threshold]
) -> list[Judgement]:
    """Compare runs to those before them.

    Args:
        before: One run, or repeats.
        after: The other.
        thresholds: The requirements; those that are not about a ratio are left out.
    """
    chosen = [threshold for threshold in thresholds if threshold.is_ratio]
    pairs = [(_values(each, before), _values(each, after)) for each in chosen]
    tested = sum(has_interval(*pair) for pair in pairs)
    rows = [ratio(*pair, 1 - (1 - CONFIDENCE) / max(tested, 1)) for pair in pairs]
    return [Judgement(each, row["ratio"], row["low"], row["high"]) for each, row in zip(chosen, rows, strict=True)]


def _values(threshold: Threshold, runs: "Sequence[SurgeResult]") -> FloatArray:
    return np.array([float(threshold.measure(run)) for run in runs])


def _seconds(text: str | None, otherwise: float) -> float:
    return parse_duration(text).total_seconds() if text and text.strip() else otherwise


def _labels(text: str, labels: str | None) -> dict[str, str]:
    """Read `kind=fan,call=confirm`."""
    found: dict[str, str] = {}
    for label in (labels or "").split(",") if labels is not None else ():
        name, _, value = (part.strip() for part in label.partition("="))
        if name not in _LABELS or not value or name in found:
            raise SettingError(f"'{text}': '{label.strip()}' is invalid: expected kind=NAME or call=NAME, each once.")
        found[name] = value
    if "call" in found and found["call"] not in [*Call]:
        raise SettingError(f"'{text}': call '{found['call']}' is unknown: {suggest(found['call'], Call)}")
    return found
