"""When to look next: as often as is wanted, or as often as its cost allows; and how often that was too seldom."""

import statistics
from collections import deque

_RECENT = 5


class Pace:
    """The pace of one kind of look.

    What a look costs is the least time that any of the last few took: the others waited for their turn on a busy
    processor, which costs nobody anything.

    Args:
        every_s: How often a look is wanted.
        share: The part of the time that these looks may take.

    Attributes:
        due: The instant of the next look.
    """

    def __init__(self, every_s: float, share: float) -> None:
        self.due = 0.0
        self._every_s = every_s
        self._share = share
        self._began = 0.0
        self._recent: deque[float] = deque(maxlen=_RECENT)
        self._took: list[float] = []

    def begin(self, at: float) -> None:
        """Count from this instant on, and forget the looks before it: the first ones cost more than the later ones."""
        self._began = at
        self.due = at + self._every_s
        self._recent.clear()
        self._took.clear()

    def looked(self, asked: float, answered: float) -> None:
        """Note a look, and set the next; a look that is late is not followed by others in haste."""
        self._took.append(answered - asked)
        self._recent.append(answered - asked)
        interval = max(self._every_s, min(self._recent) / self._share)
        self.due = self.due + interval if self.due + interval > answered else asked + interval

    def failed(self, now: float, wait_s: float) -> None:
        """Note a look that saw nothing, and do not try again for a while."""
        self.due = now + max(wait_s, self._every_s)

    def told(self, now: float) -> dict[str, float]:
        """How it went.

        Returns:
            `taken` and `missed` looks; `wanted_every_ms`; what the median look took, `median_ms`, and the slowest,
            `slowest_ms`; 0 if there was none.
        """
        wanted = int((now - self._began) / self._every_s) if self._began else 0
        return {
            "taken": len(self._took),
            "missed": max(0, wanted - len(self._took)),
            "wanted_every_ms": 1000 * self._every_s,
            "median_ms": round(1000 * statistics.median(self._took or [0]), 3),
            "slowest_ms": round(1000 * max(self._took, default=0), 3),
        }
