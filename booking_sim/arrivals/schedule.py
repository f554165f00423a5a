"""Who comes when: a schedule is a value, made before anything runs, the same on any number of workers."""

from typing import Protocol

import attrs
import numpy as np

from booking_sim.arrivals.curve import FloatArray
from booking_sim.validation import invalid


class ExpectedArrivals(Protocol):
    """What a schedule is drawn from, and what it needs of that."""

    def expected(self, times: FloatArray) -> FloatArray:
        """How many arrivals are expected before each time, in seconds from the start."""
        ...


@attrs.frozen(eq=False, kw_only=True)
class Schedule:
    """The arrivals drawn from a profile. Buyer `i` comes at `times[i]`."""

    times: FloatArray
    """Seconds from the start, sorted, read-only; one for each buyer."""
    profile: ExpectedArrivals
    """What it was drawn from."""
    seed: int
    """What it was drawn with."""
    planned: float
    """How many arrivals the profile leads to expect, up to where the schedule was cut short."""
    end: float
    """Seconds from the start to the end of the profile, or to where the schedule was cut short."""
    time_scale: float = 1.0
    """How many seconds of the profile pass in one."""

    def __attrs_post_init__(self) -> None:
        self.times.flags.writeable = False

    def __len__(self) -> int:
        return len(self.times)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Schedule) and self._key() == other._key() and np.array_equal(self.times, other.times)

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        faster = f", {self.time_scale:g} times as fast" if self.time_scale != 1 else ""
        return f"<Schedule: {len(self):,} arrivals in {self.end:,.6g} s of {self.profile}{faster}, seed {self.seed}>"

    def share(self, worker: int, workers: int) -> FloatArray:
        """The arrivals that one of some workers plays: every `workers`th, so that all are busy all the time.

        Args:
            worker: Which, from 0.
            workers: Of how many. Together their shares are the schedule, whatever their number.

        Returns:
            Seconds from the start; the one at `k` is buyer `worker + k * workers`.
        """
        return self.times[worker::workers]

    def faster(self, time_scale: float) -> "Schedule":
        """The same arrivals in less time.

        Args:
            time_scale: 60 makes a minute pass in a second.

        Raises:
            SettingError: It is not above 0.
        """
        if not 0 < time_scale < np.inf:
            raise invalid("time_scale", time_scale, "a number above 0, such as 60")
        return attrs.evolve(
            self, times=self.times / time_scale, end=self.end / time_scale, time_scale=self.time_scale * time_scale
        )

    def first(self, buyers: int) -> "Schedule":
        """The schedule cut off after a number of buyers."""
        if buyers >= len(self):
            return self
        times = self.times[: max(buyers, 0)]
        return attrs.evolve(self, times=times, planned=min(self.planned, len(times)), end=float(times.max(initial=0)))

    def until(self, end: float) -> "Schedule":
        """The schedule without those who come at a time, in seconds from the start, or later."""
        if end > self.end:
            return self
        planned = float(self.expected(np.array(end)))
        return attrs.evolve(self, times=self.times[self.times < end], planned=planned, end=max(end, 0.0))

    def expected(self, times: FloatArray) -> FloatArray:
        """How many arrivals the profile leads to expect before each time, in seconds from the start."""
        return np.minimum(self.profile.expected(times * self.time_scale), self.planned)

    def _key(self) -> tuple[object, ...]:
        return self.profile, self.seed, self.planned, self.end, self.time_scale
