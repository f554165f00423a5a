"""What a run must hold to be good enough for CI: `p99_ms < 50`, `oversold == 0`, `p99_ms[5s:] < 50` after a warm-up."""

import math
import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from booking_sim.durations import parse_duration
from booking_sim.errors import SettingError
from booking_sim.stats.figures import FIGURES, WINDOWED

if TYPE_CHECKING:
    from booking_sim.result.result import SurgeResult

_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
}
_FORM = re.compile(
    rf"\s*(?P<figure>\w+)\s*(?:\[(?P<start>[^:\]]*):(?P<end>[^:\]]*)\])?"
    rf"\s*(?P<operator>{'|'.join(_OPERATORS)})\s*(?P<limit>\S+)\s*"
)
_TRUTHS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Threshold:
    """One thing that is required of a run.

    Attributes:
        text: As it was written.
        figure: The name of a figure of the summary.
        window: None for the whole run; else from when to when, in seconds since the start: only attempts that were
            answered then count.
        operator: How the figure is to compare to the limit.
        limit: A number, or a truth.
    """

    text: str
    figure: str
    window: tuple[float, float] | None
    operator: str
    limit: float | bool

    @classmethod
    def parse(cls, text: str) -> "Threshold":
        """Read a requirement.

        Args:
            text: A figure of the summary, an operator and a number (or true, false), such as `p99_ms < 50`. A window
                behind the figure, `[5s:]`, `[:1m]` or `[5s:1m]`, leaves out what was answered before or after.

        Raises:
            BookingSimError: It is written otherwise, or there is no such figure.
        """
        match = _FORM.fullmatch(text)
        if match is None:
            raise SettingError(
                f"'{text}' is no requirement: write a figure, one of {' '.join(_OPERATORS)}, and a number, "
                "such as 'p99_ms < 50', or 'p99_ms[5s:] < 50' for what came 5 s after the start."
            )
        figure = match["figure"]
        window = None if match["start"] is None else (_seconds(match["start"], 0.0), _seconds(match["end"], math.inf))
        known = FIGURES if window is None else WINDOWED
        if figure not in known:
            of = "" if window is None else " of a window"
            raise SettingError(f"'{text}': there is no figure '{figure}'{of}: choose from {', '.join(known)}.")
        if window is not None and window[0] >= window[1]:
            raise SettingError(f"'{text}': the window ends before it begins. Write the earlier time first.")
        return cls(text.strip(), figure, window, match["operator"], _limit(text, match["limit"]))

    def measure(self, result: "SurgeResult") -> float | bool:
        """Look the figure up; not a number if there is nothing that it could be made of."""
        if self.window is None:
            return result.summary()[self.figure]  # type: ignore[no-any-return]
        return result.figures_between(*self.window)[self.figure]

    def holds(self, measured: float | bool) -> bool:
        """Whether a measured figure is what is required; what is not a number never is."""
        return not math.isnan(measured) and _OPERATORS[self.operator](measured, self.limit)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a requirement."""

    threshold: Threshold
    measured: float | bool

    @property
    def met(self) -> bool:
        """Whether the run held it."""
        return self.threshold.holds(self.measured)

    def __str__(self) -> str:
        """The measured figure, for a table."""
        if isinstance(self.measured, bool):
            return str(self.measured).lower()
        return "nothing" if math.isnan(self.measured) else f"{self.measured:,.6g}"


def judge(result: "SurgeResult", thresholds: Sequence[Threshold]) -> list[Verdict]:
    """Hold a result to requirements."""
    return [Verdict(threshold, threshold.measure(result)) for threshold in thresholds]


def _seconds(text: str, otherwise: float) -> float:
    return parse_duration(text).total_seconds() if text.strip() else otherwise


def _limit(text: str, limit: str) -> float | bool:
    if limit.lower() in _TRUTHS:
        return _TRUTHS[limit.lower()]
    try:
        return float(limit.replace(",", "").replace("_", ""))
    except ValueError:
        raise SettingError(
            f"'{text}': '{limit}' is no number. Write one without a unit (the figure's name has it), or true or false."
        ) from None
