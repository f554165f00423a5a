"""When to take the next sample: as often as requested, or as often as its cost allows; and how many were missed."""

import statistics
from collections import deque

_RECENT = 5


class AdaptiveInterval:
    """The interval between samples of one kind.

    What a sample costs is the least time that any of the last few took: the others waited for their turn on a busy
    processor, which costs nobody anything.

    Args:
        every_s: The interval requested, in seconds.
        share: The part of the time that these samples may take.

    Attributes:
        due: The instant of the next sample.
    """

    def __init__(self, every_s: float, share: float) -> None:
        self.due = 0.0
        self._every_s = every_s
        self._share = share
        self._began = 0.0
        self._recent: deque[float] = deque(maxlen=_RECENT)
        self._took: list[float] = []

    def begin(self, at: float) -> None:
        """Count from this instant on, and forget the samples before it: the first cost more than the later."""
        self._began = at
        self.due = at + self._every_s
        self._recent.clear()
        self._took.clear()

    def sampled(self, asked: float, answered: float) -> None:
        """Note a sample, and set the next; after a late one, others do not follow in haste."""
        self._took.append(answered - asked)
        self._recent.append(answered - asked)
        interval = max(self._every_s, min(self._recent) / self._share)
        self.due = self.due + interval if self.due + interval > answered else asked + interval

    def failed(self, now: float, wait_s: float) -> None:
        """Note a sample that failed, and do not try again for a while."""
        self.due = now + max(wait_s, self._every_s)

    def describe(self, now: float) -> dict[str, float]:
        """How it went.

        Returns:
            `taken` and `missed` samples; `wanted_every_ms`; what the median sample took, `median_ms`, and the slowest,
            `slowest_ms`; 0 if there was none.
        """
        requested = int((now - self._began) / self._every_s) if self._began else 0
        return {
            "taken": len(self._took),
            "missed": max(0, requested - len(self._took)),
            "wanted_every_ms": 1000 * self._every_s,
            "median_ms": round(1000 * statistics.median(self._took or [0]), 3),
            "slowest_ms": round(1000 * max(self._took, default=0), 3),
        }
