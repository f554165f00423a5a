"""The ladder: short surges with more and more calls in flight, and anchor runs between them that show a drift."""

import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from booking_sim.errors import BookingSimError
from booking_sim.result.result import SurgeResult

LEVELS: Final = (1, 2, 4, 8, 16, 32)
ANCHOR: Final = 8
"""Calls in flight of the anchor runs."""
DRIFT_REPEATED: Final = 1.15
DRIFT_REFUSED: Final = 1.5
REPEAT_S: Final = 300.0


@dataclass(frozen=True, slots=True, eq=False)
class Rung:
    """One level, measured between two anchor runs.

    Attributes:
        level: Calls in flight.
        result: The surge.
        anchors: Answers per second of the anchor runs before and after it.
    """

    level: int
    result: SurgeResult
    anchors: tuple[float, float]

    @property
    def rate(self) -> float:
        """Answers per second of the surge."""
        return rate(self.result)


def rate(result: SurgeResult) -> float:
    """Answers per second of a surge or a forecast."""
    return float(result.summary()["throughput"])


def climb(
    run: Callable[[int], SurgeResult],
    levels: Sequence[int] = LEVELS,
    *,
    anchor: int = ANCHOR,
    repeat_s: float = REPEAT_S,
) -> list[Rung]:
    """Measure all levels, and those again during which the speed of the machine changed.

    Args:
        run: Runs a closed-loop surge with a number of connections.
        levels: Calls in flight, ascending.
        anchor: Calls in flight of the anchor runs.
        repeat_s: For how many seconds levels are measured again.

    Returns:
        One rung per level, in their order.

    Raises:
        BookingSimError: The anchors that are left differ by more than DRIFT_REFUSED.
    """
    rungs: dict[int, Rung] = {}
    pending, deadline = [*levels], math.inf
    while pending:
        before = rate(run(anchor))
        for level in pending:
            result, after = run(level), rate(run(anchor))
            rungs[level] = Rung(level, result, (before, after))
            before = after
        deadline = min(deadline, time.monotonic() + repeat_s)
        pending = affected([*rungs.values()]) if time.monotonic() < deadline else []
    found = [rungs[level] for level in levels]
    if drift(found) > DRIFT_REFUSED:
        raise BookingSimError(
            f"The speed of the machine changed by a factor of {drift(found):.2f} during the calibration, and at most"
            f" {DRIFT_REFUSED} is accepted: repeat it while nothing else runs."
        )
    return found


def affected(rungs: Sequence[Rung]) -> list[int]:
    """The levels one of whose anchors differs from the median by more than DRIFT_REPEATED."""
    return [rung.level for rung in rungs if max(_ratios(rungs, rung)) > DRIFT_REPEATED]


def drift(rungs: Sequence[Rung]) -> float:
    """The greatest ratio of an anchor to the median of all, or of that to an anchor: 1 or more."""
    return max(max(_ratios(rungs, rung)) for rung in rungs)


def anchors_of(rungs: Sequence[Rung]) -> list[float]:
    """The answers per second of the anchor runs: that before each level, and that after the last."""
    return [*(rung.anchors[0] for rung in rungs), rungs[-1].anchors[1]]


def _ratios(rungs: Sequence[Rung], rung: Rung) -> list[float]:
    middle = statistics.median(anchors_of(rungs))
    return [max(one / middle, middle / one) for one in rung.anchors]
