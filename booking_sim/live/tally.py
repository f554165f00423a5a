"""Live counts of a surge while it runs, from the batches of the workers."""

import time
from collections import Counter, deque
from typing import TYPE_CHECKING

import numpy as np

from booking_sim.records.batch import Batch

if TYPE_CHECKING:
    from collections.abc import Sequence

WINDOW_S = 2.0
"""Seconds that the current rate and latency cover: few enough to follow changes, enough to be steady."""

_LEAST_S = 0.2
"""About as long as the first batch covers."""


class Tally:
    """Counts the attempts of a surge so far.

    Attributes:
        buyers: How many there are; None if that is not known.
        tickets: How many there are.
        buyers_done: Buyers who left.
        outcomes: Attempts by outcome.
        began_at: When the first batch came, an instant of `time.monotonic()`; None before it.
    """

    def __init__(self, *, buyers: int | None, tickets: int) -> None:
        self.buyers = buyers
        self.tickets = tickets
        self.buyers_done = 0
        self.outcomes = Counter[str]()
        self.began_at: float | None = None
        self._requests_queued = 0
        self._recent: deque[tuple[float, Sequence[float]]] = deque()

    def add(self, batch: Batch) -> None:
        """Add a batch of a worker."""
        self.buyers_done += batch.buyers_done
        self.outcomes.update(batch.outcomes)
        self._requests_queued += batch.requests_queued
        now = time.monotonic()
        self.began_at = self.began_at or now
        self._recent.append((now, batch.latencies_ms))
        while self._recent and self._recent[0][0] < now - WINDOW_S:
            self._recent.popleft()

    @property
    def elapsed_s(self) -> float:
        """Seconds since the first batch."""
        return 0.0 if self.began_at is None else time.monotonic() - self.began_at

    @property
    def waiting(self) -> int:
        """Requests that have not ended: they wait for a connection, or for the database."""
        return self._requests_queued - self.outcomes.total()

    @property
    def rate(self) -> float:
        """Attempts per second in the last WINDOW_S."""
        return sum(len(latencies) for _, latencies in self._recent) / min(WINDOW_S, max(self.elapsed_s, _LEAST_S))

    @property
    def p99_ms(self) -> float | None:
        """The 99th percentile of the database latency in the last WINDOW_S; None if nothing was sent."""
        latencies = np.concatenate([batch for _, batch in self._recent] or [()])
        return float(np.percentile(latencies, 99, method="inverted_cdf")) if len(latencies) else None
