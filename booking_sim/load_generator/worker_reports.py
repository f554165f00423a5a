"""What the workers of a surge reported, together."""

import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field


@dataclass
class WorkerReports:
    """What the workers reported.

    Attributes:
        problems: Why the reports are incomplete, a line each.
        started_at: The start, an instant of `time.monotonic()`; None if the run did not start.
        busy: The share of its time in which each worker computed.
        delayed: The share of its time in which each worker was kept from computing.
        interpreters: What `busy` is of each process that had workers; near 1 they could not have been faster.
        worked_s: The CPU seconds that all of them computed.
        connecting: Connections that were lost or could not be made, by the reason.
        warm_up_error: Why connections were cold that were to be warmed; empty if there were none.
    """

    problems: list[str] = field(default_factory=list)
    started_at: float | None = None
    busy: dict[int, float] = field(default_factory=dict)
    delayed: dict[int, float] = field(default_factory=dict)
    interpreters: defaultdict[int, float] = field(default_factory=lambda: defaultdict(float))
    worked_s: float = 0.0
    connecting: Counter[str] = field(default_factory=Counter)
    warm_up_error: str = ""

    def lost(self, workers: int) -> list[int]:
        """Which of a number of workers did not end in good order: some of their attempts may be missing."""
        return [worker for worker in range(workers) if worker not in self.busy]

    def elapsed(self) -> float:
        """Seconds since the start; 0 if the run did not start."""
        return 0.0 if self.started_at is None else time.monotonic() - self.started_at
