"""The observer's process: looks at the database at a pace that its cost allows, until it is told to stop.

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

from booking_sim.database import redact
from booking_sim.errors import BookingSimError
from booking_sim.observer.messages import Finished, Ready, Samples, Start, Watch
from booking_sim.observer.pace import Pace
from booking_sim.observer.sight import Row, Sight

if TYPE_CHECKING:
    Channel = Connection[Any, Any]  # only the type checker knows it as a generic

_PACES = {"waits": (0.05, 0.007), "inventory": (0.25, 0.003), "server": (1.0, 0.003)}
"""How often each look is wanted, in seconds, and the part of all processors that it may take: well below the 2 % that
it may cost to watch, since what was seen has to be told, too. `booking-sim bench observer` measures it."""

_TELL_S = 0.5
_AFTER_A_FAILURE_S = 0.5


class Watcher:
    """One run, watched."""

    def __init__(self, channel: "Channel", watch: Watch) -> None:
        processors = os.cpu_count() or 1
        self._channel = channel
        self._sight = Sight(watch)
        self._paces = {name: Pace(_PACES[name][0], _PACES[name][1] * processors) for name in self._sight.looks}
        self._rows: dict[str, list[Row]] = {name: [] for name in self._paces}
        self._failures = Counter[str]()
        self._statements: dict[int, Row] = {}

    def watch(self) -> None:
        """Look at everything once, say that it is ready, and watch from Start to Stop.

        Raises:
            BookingSimError: The database cannot be reached in the first place.
        """
        try:
            self._statements = self._sight.statements()
            for name in self._paces:
                self._look(name)
            gc.freeze()  # what was imported need not be looked through during the run
            self._channel.send(Ready())
            message = self._channel.recv()
            if isinstance(message, Start):
                self._begin(message.at)
                self._go_on()
            ended = time.monotonic()
            told = {name: pace.told(ended) for name, pace in self._paces.items()}
            self._look_at_totals()
            self._compare_statements()
            self._tell()
            self._channel.send(Finished(told, self._problems(told)))
        finally:
            self._sight.close()

    def _begin(self, at: float) -> None:
        """Forget the first looks, which cost more than the later ones, and look at what is counted from here on."""
        for rows in self._rows.values():
            rows.clear()
        self._look_at_totals()
        for pace in self._paces.values():
            pace.begin(at)

    def _look_at_totals(self) -> None:
        for name in self._paces:
            if name != "waits":
                self._look(name)

    def _go_on(self) -> None:
        tell_at = time.monotonic() + _TELL_S
        while True:
            name = min(self._paces, key=lambda each: self._paces[each].due)
            if self._channel.poll(max(0.0, min(self._paces[name].due, tell_at) - time.monotonic())):
                return  # Stop; or nothing more, because the parent is gone
            if time.monotonic() >= self._paces[name].due:
                self._look(name)
            if time.monotonic() >= tell_at:
                self._tell()
                tell_at = time.monotonic() + _TELL_S

    def _look(self, name: str) -> None:
        asked = time.monotonic()
        try:
            self._rows[name] += self._sight.looks[name]()
        except (psycopg.Error, BookingSimError) as error:
            self._failures[f"{name}: {redact(str(error)).splitlines()[0]}"] += 1
            for pace in self._paces.values():
                pace.failed(time.monotonic(), _AFTER_A_FAILURE_S)
        else:
            self._paces[name].looked(asked, time.monotonic())

    def _compare_statements(self) -> None:
        """What each statement cost since the first look, where it was called since."""
        now = time.monotonic()
        with suppress(psycopg.Error, BookingSimError):
            for key, (_, query, *figures) in self._sight.statements().items():
                _, _, *before = self._statements.get(key, (None, None, *[0] * len(figures)))
                spent = [new - old for new, old in zip(figures, before, strict=True)]
                if spent[0] > 0:
                    self._rows.setdefault("statements", []).append((now, query, *spent))

    def _tell(self) -> None:
        columns = {name: tuple(zip(*rows, strict=True)) for name, rows in self._rows.items() if rows}
        for rows in self._rows.values():
            rows.clear()
        if columns:
            self._channel.send(Samples(columns))

    def _problems(self, told: dict[str, dict[str, float]]) -> list[str]:
        slow = [
            f"{name}: {pace['missed']:,.0f} of {pace['missed'] + pace['taken']:,.0f} looks were missed, since "
            + (f"one takes {pace['median_ms']:,.0f} ms" if pace["taken"] else "the run was over before the first one")
            for name, pace in told.items()
            if pace["missed"] > pace["taken"]
        ]
        return slow + [f"{reason} ({count} times)" for reason, count in self._failures.items()]


def main(descriptor: int) -> None:
    """Do what the parent says over the pipe."""
    os.environ.setdefault("PGCONNECT_TIMEOUT", "2")  # so that Stop is heard soon, also while there is no server
    with Connection(descriptor) as channel, suppress(EOFError, OSError):  # the parent is gone
        try:
            Watcher(channel, channel.recv()).watch()
        except (BookingSimError, psycopg.Error) as error:
            channel.send(Finished({}, [redact(str(error)).splitlines()[0]]))


if __name__ == "__main__":
    main(int(sys.argv[1]))
