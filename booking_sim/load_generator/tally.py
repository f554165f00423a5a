"""What is known of a surge while it runs, for whoever shows it: counted from what the workers report."""

import time
from collections import Counter, deque
from typing import TYPE_CHECKING

import numpy as np

from booking_sim.load_generator.worker.messages import Batch

if TYPE_CHECKING:
    from collections.abc import Sequence

WINDOW_S = 2.0
"""The rate and the latency are those of so many last seconds: few enough to move, enough to be steady."""

_LEAST_S = 0.2
"""The first report is of about so long."""


class Tally:
    """Counts what came of a surge's calls so far.

    Attributes:
        buyers: How many there are; None if that is not known.
        tickets: How many there are.
        buyers_done: Buyers who had their last word.
        outcomes: Attempts by what they ended with.
        began_at: The instant of the first report, of `time.monotonic()`; None before it.
    """

    def __init__(self, *, buyers: int | None, tickets: int) -> None:
        self.buyers = buyers
        self.tickets = tickets
        self.buyers_done = 0
        self.outcomes = Counter[str]()
        self.began_at: float | None = None
        self._calls_wanted = 0
        self._recent: deque[tuple[float, Sequence[float]]] = deque()

    def add(self, batch: Batch) -> None:
        """Count what came since the last batch of a worker."""
        self.buyers_done += batch.buyers_done
        self.outcomes.update(batch.outcomes)
        self._calls_wanted += batch.calls_wanted
        now = time.monotonic()
        self.began_at = self.began_at or now
        self._recent.append((now, batch.latencies_ms))
        while self._recent and self._recent[0][0] < now - WINDOW_S:
            self._recent.popleft()

    @property
    def elapsed_s(self) -> float:
        """Seconds since the first report."""
        return 0.0 if self.began_at is None else time.monotonic() - self.began_at

    @property
    def waiting(self) -> int:
        """Calls that buyers wait for the answer to: for a connection first, then for the database."""
        return self._calls_wanted - self.outcomes.total()

    @property
    def rate(self) -> float:
        """Answers a second, of late."""
        return sum(len(latencies) for _, latencies in self._recent) / min(WINDOW_S, max(self.elapsed_s, _LEAST_S))

    @property
    def p99_ms(self) -> float | None:
        """What 99 of 100 answers took at most, of late; None if there was none."""
        latencies = np.concatenate([batch for _, batch in self._recent] or [()])
        return float(np.percentile(latencies, 99, method="inverted_cdf")) if len(latencies) else None
