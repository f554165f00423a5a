"""What the bench measures, and what a goal is: data, judged in `booking_sim.bench.table` alone."""

from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True, slots=True)
class Metric:
    """A number of one turn.

    Attributes:
        name: The column of the rounds.
        title: What tables and charts call it.
        better: Which side is better.
        resolution: Smaller amounts count as equal: in a ratio both sides count as at least this much, so that two
            costs of nearly nothing are equal.
        decimals: As printed.
    """

    name: str
    title: str
    better: Literal["higher", "lower"]
    resolution: float
    decimals: int


METRICS: Final = {
    metric.name: metric
    for metric in (
        Metric("per_s", "calls/s", "higher", 0, 0),
        Metric("cpu_us", "CPU us", "lower", 1, 0),
        Metric("wal_bytes", "WAL bytes", "lower", 16, 0),
        Metric("full_page_bytes", "page images", "lower", 16, 0),
        Metric("record_bytes", "WAL records", "lower", 16, 0),
        Metric("buffers", "buffers", "lower", 1, 1),
        Metric("statements", "statements", "lower", 0, 1),
    )
}
"""By name. All but the first are per call: the server's CPU time in microseconds; bytes of WAL; of these, the images of
whole pages that the first change of a page after a checkpoint brings; the rest; buffers; SQL statements executed."""


@dataclass(frozen=True, slots=True)
class Goal:
    """A bound for a metric of one side.

    Attributes:
        side: Whose metric it is, by the side's label.
        metric: Its name.
        bound: The least value if higher is better, the greatest if lower is; None: shown, and not judged.
        against: The label of the side that it is divided by, round by round; None: the number itself is judged.
    """

    side: str
    metric: str
    bound: float | None
    against: str | None = None

    def reached(self, value: float) -> bool | None:
        """Whether a value is on the right side of the bound; None if there is no bound, or no value."""
        if self.bound is None or value != value:  # noqa: PLR0124  a number that is missing is not equal to itself
            return None
        return value >= self.bound if METRICS[self.metric].better == "higher" else value <= self.bound
