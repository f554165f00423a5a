"""The observer as the parent sees it: started, received, stopped; the run goes on without it if need be."""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from booking_sim import processes
from booking_sim.observer.messages import ObserverFinished, ObserverReady, Samples, StartSampling, StopSampling, Watch

_LOG = logging.getLogger(__name__)
_PATIENCE_S = 10.0
"""How long it may take to begin, and to end: longer than any of its questions."""
_POLL_S = 0.05


@dataclass
class Observations:
    """What the observer reported.

    Attributes:
        columns: By the name of the frame, its samples: batches of columns, instants of `time.monotonic()` the first.
        sampling: By the name of the frame, how many samples it took; nothing if it ended before it could say so.
        problems: Why samples are missing, a line each.
        last: The instant of its last report.
    """

    columns: dict[str, list[Sequence[Sequence[Any]]]] = field(default_factory=dict)
    sampling: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    last: float = field(default_factory=time.monotonic)

    def describe(self, started_at: float | None) -> dict[str, Any]:
        """For the manifest: `sampling`, `problems`, and `until_s`, the seconds from the start to the last report."""
        until = 0.0 if started_at is None else self.last - started_at
        return {"sampling": self.sampling, "problems": self.problems, "until_s": round(until, 3)}


class Observer:
    """A process that watches, from entering the context until `stop`; leaving ends it in any case.

    Args:
        watch: What to watch.

    Attributes:
        observations: What it reported so far.
    """

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self.observations = Observations()
        self._ready = threading.Event()
        self._listener = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Self:
        self._process, self._channel = processes.start("booking_sim.observer.watcher")
        self._send(self._watch)
        self._listener.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        self._listener.join()
        self._channel.close()

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def wait(self, wanted: Callable[[], bool]) -> None:
        """Wait until it is ready to watch, or cannot, or nobody wants to wait any more."""
        deadline = time.monotonic() + _PATIENCE_S
        while wanted() and time.monotonic() < deadline and not self._ready.wait(_POLL_S):
            pass

    def start(self, at: float) -> None:
        """Let it sample from the start of the run on, an instant of `time.monotonic()`; say it just before."""
        self._send(StartSampling(at))

    def stop(self) -> Observations:
        """Let it take a last sample and end; what it reported."""
        self._send(StopSampling())
        self._listener.join(_PATIENCE_S)
        if self._listener.is_alive():
            self.observations.problems.append("it did not end on request, and was ended by force")
            self._process.kill()
            self._listener.join()
        return self.observations

    def _listen(self) -> None:
        while True:
            try:
                message = self._channel.recv()
            except (EOFError, OSError):  # it ended without a last word
                reason = processes.reason(self._process)
                self.observations.problems.append(f"it {reason}, and nobody watched from then on")
                _LOG.warning("the observer %s", reason)
                break
            self.observations.last = time.monotonic()
            match message:
                case Samples(columns):
                    for name, batch in columns.items():
                        self.observations.columns.setdefault(name, []).append(batch)
                case ObserverReady():
                    _LOG.info("the observer is ready")
                    self._ready.set()
                case ObserverFinished(sampling, problems):
                    self.observations.sampling = sampling
                    self.observations.problems += problems
                    _LOG.info("the observer has ended")
                    break
        self._ready.set()

    def _send(self, message: object) -> None:
        with suppress(OSError):  # that it is gone is noticed by the listener
            self._channel.send(message)
