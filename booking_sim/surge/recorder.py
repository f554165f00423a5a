"""Collects the attempts of one worker until the next batch leaves for the parent."""

from collections import Counter

from booking_sim.attempts import Attempt
from booking_sim.surge.messages import Batch


class Recorder:
    """The attempts, and the buyers who had their last word, since the last batch."""

    def __init__(self) -> None:
        self._attempts: list[Attempt] = []
        self._buyers_done = 0

    def add(self, attempt: Attempt) -> None:
        """Write one attempt down."""
        self._attempts.append(attempt)

    def buyer_done(self) -> None:
        """Count a buyer who has had the last word."""
        self._buyers_done += 1

    def take(self) -> Batch:
        """Hand over what came since this was last asked."""
        attempts, self._attempts = self._attempts, []
        buyers_done, self._buyers_done = self._buyers_done, 0
        outcomes = Counter(attempt.outcome for attempt in attempts)
        return Batch(tuple(zip(*attempts, strict=True)), dict(outcomes), buyers_done)
