"""What ends a run early: conditions on its live counts, such as `errors > 100`."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from booking_sim.errors import SettingError
from booking_sim.live.tally import Tally
from booking_sim.load_generator.interrupt import Interrupt
from booking_sim.records.attempts import FAILURES
from booking_sim.result.thresholds import Threshold
from booking_sim.stats.failures import ERRORS

LIVE: Final[Mapping[str, Callable[[Tally], float | None]]] = {
    "errors": lambda tally: _count(tally, ERRORS),
    "failed_attempts": lambda tally: _count(tally, FAILURES),
    "refused": lambda tally: _count(tally, ("sold_out", "contended")),
    "answered": lambda tally: tally.outcomes.total() - _count(tally, FAILURES),
    "attempts": lambda tally: tally.outcomes.total(),
    "throughput": lambda tally: tally.rate,
    "p99_database_ms": lambda tally: tally.p99_ms,
    "duration_s": lambda tally: tally.elapsed_s,
}
"""The metrics that are known while a run goes on. Counts are of attempts so far, also of those that are repeated;
`throughput` and `p99_database_ms` are of the last two seconds."""


def parse_conditions(texts: Sequence[str]) -> list[Threshold]:
    """Read the conditions that end a run.

    Args:
        texts: As a requirement is written, such as `errors > 100`.

    Raises:
        SettingError: One is written otherwise, or is about what is not known while a run goes on.
    """
    conditions = [Threshold.parse(text) for text in texts]
    for condition in conditions:
        if condition.metric not in LIVE or not condition.part.is_whole or condition.is_ratio:
            raise SettingError(
                f"'{condition.text}' cannot be known while a run goes on: expected one of {', '.join(LIVE)}, of the"
                " whole run."
            )
    return conditions


class Abort:
    """Ends a run when a condition is true.

    Args:
        conditions: Which, as `parse_conditions` gives them.
        tally: The live counts.
        interrupt: What ends the run.
    """

    def __init__(self, conditions: Sequence[Threshold], tally: Tally, interrupt: Interrupt) -> None:
        self._conditions, self._tally, self._interrupt = conditions, tally, interrupt

    def check(self) -> None:
        """End the run, as one Ctrl-C does, if a condition is true."""
        for condition in self._conditions:
            value = LIVE[condition.metric](self._tally)
            if value is not None and condition.is_met(value):
                self._interrupt.stop(f"ended early, since '{condition.text}' was true: {value:,.6g}")


def _count(tally: Tally, outcomes: Sequence[str]) -> int:
    return sum(tally.outcomes[outcome] for outcome in outcomes)
