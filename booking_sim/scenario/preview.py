"""What a scenario will ask of a server, before anything runs: when buyers come, and how large a run it will be."""

from functools import cached_property

import attrs
import numpy as np

from booking_sim.arrivals.curve import FloatArray
from booking_sim.scenario.scenario import Scenario

_BLOCKS = " ▁▂▃▄▅▆▇█"
_BYTES_PER_ATTEMPT = 36
"""In attempts.parquet, measured over 2,000,303 attempts."""
_LONG_S, _MANY_ATTEMPTS = 60, 1_000_000
"""A run of as many seconds or attempts is announced before it starts."""
_CALLS_PER_S = 2_000, 8_000
"""How many calls a small machine answers in a closed loop: the range that was measured on two shared cores."""


@attrs.frozen(slots=False)
class Preview:
    """A scenario before it runs.

    Args:
        scenario: What is to be simulated.
    """

    scenario: Scenario

    @property
    def cut_off(self) -> int:
        """Arrivals that `buyers` and `duration` cut off from the profile's schedule."""
        scenario = self.scenario
        if scenario.arrivals is None or scenario.schedule is None:
            return 0
        return len(scenario.arrivals.schedule(scenario.seed)) - len(scenario.schedule)

    @cached_property
    def _rates(self) -> tuple[FloatArray, float]:
        """Arrivals per second in each bin, and how wide a bin is: a second, or a hundredth of a short run."""
        schedule = self.scenario.schedule
        if schedule is None:
            return np.zeros(1), 1.0
        last = float(schedule.times[-1])
        width = 1.0 if last >= 10 else max(last, 1e-3) / 100
        counts = np.bincount((schedule.times / width).astype(np.int64))
        return counts / width, width

    @property
    def peak(self) -> tuple[float, float]:
        """The highest arrival rate, per second of the run, and when it is, in seconds of the run."""
        rates, width = self._rates
        at = int(np.argmax(rates))
        return float(rates[at]), at * width

    def describe(self) -> str:
        """Say how many buyers come, from when to when, and the peak."""
        schedule, buyers = self.scenario.schedule, self.scenario.buyer_count
        if schedule is None:
            who = "Buyers" if buyers is None else f"{buyers:,} buyers"
            return f"{who} come as fast as they are answered: there is no arrivals profile."
        (rate, at), width = self.peak, self._rates[1]
        within = "per second" if width == 1 else f"within {1000 * width:.3g} ms"
        scaled = f" ({self.scenario.time_scale:g} times as fast as planned)" if self.scenario.time_scale != 1 else ""
        cut = f" {self.cut_off:,} later arrivals are cut off by {self._cut_by()}." if self.cut_off else ""
        return (
            f"{len(schedule):,} arrivals, from {_seconds(schedule.times[0])} to {_seconds(schedule.times[-1])} of the"
            f" run{scaled}. The peak is {rate * width:,.0f} {within} at {_seconds(at)}.{cut}"
        )

    def sketch(self, width: int = 72, height: int = 5) -> str:
        """Draw the arrival rate in a terminal: lines of blocks, the highest as high as the peak; "" if there is none.

        Args:
            width: Columns.
            height: Lines.
        """
        schedule = self.scenario.schedule
        if schedule is None:
            return ""
        edges = np.linspace(0, max(float(schedule.times[-1]), 1e-9), width + 1)
        counts = np.histogram(schedule.times, edges)[0]
        levels = np.maximum(np.round(counts / counts.max() * height * 8), counts > 0).astype(int)
        rows = [
            "".join(_BLOCKS[min(max(level - 8 * row, 0), 8)] for level in levels).rstrip()
            for row in reversed(range(height))
        ]
        return "\n".join(rows)

    @property
    def attempts(self) -> tuple[int, int] | None:
        """How many calls there are at least and, with all refreshes, at most; None if nothing says how many buyers."""
        scenario = self.scenario
        if scenario.buyer_count is None:
            return None
        kinds = scenario.kinds.values()
        shares = sum(kind.share for kind in kinds)
        least = most = 0.0
        tickets = float(scenario.events * scenario.tickets)
        for kind in kinds:
            sessions = scenario.buyer_count * kind.share / shares * kind.at_once
            held = min(sessions, tickets)  # each takes a ticket or more
            least += sessions
            most += sessions * (1 + kind.refreshes) + held * (kind.pays + kind.fails + kind.late)
        return round(least), round(most)

    @property
    def duration_s(self) -> tuple[float, float]:
        """How many seconds the run takes at least, and at most where it keeps up."""
        scenario = self.scenario
        end = 0.0 if scenario.duration is None else scenario.seconds(scenario.duration)
        if scenario.schedule is not None:
            end = float(scenario.schedule.times[-1])
        elif scenario.buyer_count is not None and self.attempts is not None:
            slow, fast = _CALLS_PER_S
            least, most = self.attempts[0] / fast, self.attempts[1] / slow
            return (min(least, end), min(most, end)) if end else (least, most)
        lives = [
            scenario.seconds(kind.think.most or 5 * kind.think.least)
            + scenario.seconds(scenario.hold) * bool(kind.late)
            for kind in scenario.kinds.values()
            if kind.pays + kind.fails + kind.late
        ]
        return end, end + max(lives, default=0.0)

    def announcement(self) -> str:
        """What is to be said before a long run; "" for a short one from which nothing is cut off."""
        lines = []
        least, most = self.duration_s
        calls = self.attempts
        if most >= _LONG_S or (calls is not None and calls[1] >= _MANY_ATTEMPTS):
            takes = _seconds(least) if _seconds(least) == _seconds(most) else f"{_seconds(least)} to {_seconds(most)}"
            text = f"This run takes {takes} if the server keeps up"
            if calls is not None:
                megabytes = max(1, round(calls[1] * _BYTES_PER_ATTEMPT / 1e6))
                numbers = " to ".join(dict.fromkeys(f"{number:,}" for number in calls))
                text += f", makes {numbers} attempts, and keeps up to {megabytes:,} MB"
            lines.append(f"{text}.")
        if self.cut_off:
            lines.append(f"{self.cut_off:,} arrivals are cut off by {self._cut_by()}.")
        return "\n".join(lines)

    def _cut_by(self) -> str:
        names = [name for name in ("buyers", "duration") if getattr(self.scenario, name) is not None]
        values = self.scenario.to_dict()
        return " and ".join(f"{name}={values[name]}" for name in names)


def _seconds(seconds: float) -> str:
    """A length of time for people, as precise as it matters."""
    if seconds < 120:
        return f"{seconds:.3g} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes / 60:.1f} h"
