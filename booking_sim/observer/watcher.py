"""The observer's process: samples the database as often as its cost allows, until it gets StopSampling.

The parent starts it as `booking_sim.processes` says. It never prints, and ends when the parent is gone. All processes
here share the clock of `time.monotonic()`, and by it a sample is placed at the moment at which it was asked for.
"""

import gc
import os
import sys
import time
from collections import Counter
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

import psycopg

from booking_sim.errors import BookingSimError
from booking_sim.observer.adaptive_interval import AdaptiveInterval
from booking_sim.observer.messages import ObserverFinished, ObserverReady, Samples, StartSampling, Watch
from booking_sim.observer.probe import Probe, Row
from booking_sim.redaction import redact

if TYPE_CHECKING:
    Channel = Connection[Any, Any]  # only the type checker knows it as a generic

_INTERVALS = {"waits": (0.05, 0.007), "inventory": (0.25, 0.003), "server": (1.0, 0.003)}
"""How often each sample is wanted, in seconds, and the part of all CPUs that it may take: well below the 2 % that
it may cost to watch, since the samples have to be sent, too. `booking-sim bench observer` measures it."""

_SEND_EVERY_S = 0.5
_AFTER_A_FAILURE_S = 0.5


class Watcher:
    """One run, watched."""

    def __init__(self, channel: "Channel", watch: Watch) -> None:
        cpus = os.cpu_count() or 1
        self._channel = channel
        self._probe = Probe(watch)
        self._intervals = {}
        for name in self._probe.samplers:
            every_s, share = _INTERVALS[name]
            self._intervals[name] = AdaptiveInterval(every_s, share * cpus)
        self._rows: dict[str, list[Row]] = {}
        self._failures = Counter[str]()
        self._statements: dict[int, Row] = {}

    def watch(self) -> None:
        """Sample everything once, say that it is ready, and watch from StartSampling to StopSampling.

        Raises:
            BookingSimError: The database cannot be reached in the first place.
        """
        try:
            self._statements = self._probe.statements()
            for name in self._intervals:
                self._sample(name)
            gc.freeze()  # what was imported need not be searched for garbage during the run
            self._channel.send(ObserverReady())
            message = self._channel.recv()
            if isinstance(message, StartSampling):
                self._begin(message.at)
                self._go_on()
            ended = time.monotonic()
            sampling = {name: interval.describe(ended) for name, interval in self._intervals.items()}
            self._sample_totals()
            self._compare_statements()
            self._send_samples()
            self._channel.send(ObserverFinished(sampling, self._problems(sampling)))
        finally:
            self._probe.close()

    def _begin(self, at: float) -> None:
        """Forget the first samples, which cost more than the later ones, and sample what is counted from here on."""
        for rows in self._rows.values():
            rows.clear()
        self._sample_totals()
        for interval in self._intervals.values():
            interval.begin(at)

    def _sample_totals(self) -> None:
        for name in self._intervals:
            if name != "waits":
                self._sample(name)

    def _go_on(self) -> None:
        send_at = time.monotonic() + _SEND_EVERY_S
        while True:
            name = min(self._intervals, key=lambda each: self._intervals[each].due)
            if self._channel.poll(max(0.0, min(self._intervals[name].due, send_at) - time.monotonic())):
                return  # StopSampling; or nothing more, because the parent is gone
            if time.monotonic() >= self._intervals[name].due:
                self._sample(name)
            if time.monotonic() >= send_at:
                self._send_samples()
                send_at = time.monotonic() + _SEND_EVERY_S

    def _sample(self, name: str) -> None:
        asked = time.monotonic()
        try:
            for frame, rows in self._probe.samplers[name]().items():
                self._rows.setdefault(frame, []).extend(rows)
        except (psycopg.Error, BookingSimError) as error:
            self._failures[f"{name}: {redact(str(error)).splitlines()[0]}"] += 1
            for interval in self._intervals.values():
                interval.failed(time.monotonic(), _AFTER_A_FAILURE_S)
        else:
            self._intervals[name].sampled(asked, time.monotonic())

    def _compare_statements(self) -> None:
        """What each statement cost since the first sample, where it was called since."""
        now = time.monotonic()
        with suppress(psycopg.Error, BookingSimError):
            for key, (_, query, *counts) in self._probe.statements().items():
                _, _, *before = self._statements.get(key, (None, None, *[0] * len(counts)))
                spent = [new - old for new, old in zip(counts, before, strict=True)]
                if spent[0] > 0:
                    self._rows.setdefault("statements", []).append((now, query, *spent))

    def _send_samples(self) -> None:
        columns = {name: tuple(zip(*rows, strict=True)) for name, rows in self._rows.items() if rows}
        for rows in self._rows.values():
            rows.clear()
        if columns:
            self._channel.send(Samples(columns))

    def _problems(self, sampling: dict[str, dict[str, float]]) -> list[str]:
        slow = []
        for name, samples in sampling.items():
            missed, taken = samples["missed"], samples["taken"]
            if missed > taken:
                why = f"one takes {samples['median_ms']:,.0f} ms" if taken else "the run was over before the first one"
                slow.append(f"{name}: {missed:,.0f} of {missed + taken:,.0f} samples were missed, since {why}")
        return slow + [f"{reason} ({count} times)" for reason, count in self._failures.items()]


def main(descriptor: int) -> None:
    """Do what the parent says over the pipe."""
    os.environ.setdefault(
        "PGCONNECT_TIMEOUT", "2"
    )  # so that StopSampling is noticed soon, also while there is no server
    with Connection(descriptor) as channel, suppress(EOFError, OSError):  # the parent is gone
        try:
            Watcher(channel, channel.recv()).watch()
        except (BookingSimError, psycopg.Error) as error:
            channel.send(ObserverFinished({}, [redact(str(error)).splitlines()[0]]))


if __name__ == "__main__":
    main(int(sys.argv[1]))
