"""The workers as the parent sees them: started together, listened to, stopped together. None outlives the context."""

import contextlib
import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from multiprocessing.connection import wait
from types import TracebackType
from typing import TYPE_CHECKING, Self, cast

from booking_sim.errors import BookingSimError
from booking_sim.load_generator.interrupt import Interrupt
from booking_sim.load_generator.worker.messages import Failed, Finished, Ready, Start, Stop, WorkerAssignment
from booking_sim.load_generator.worker_launcher import WorkerLauncher
from booking_sim.load_generator.worker_reports import WorkerReports
from booking_sim.records.batch import Batch
from booking_sim.redaction import redact

if TYPE_CHECKING:
    from booking_sim.processes import Channel

_LOG = logging.getLogger(__name__)
_POLL_S = 0.1
_LEAD_S = 0.05
"""From telling the workers when to start to that instant: long enough for the messages."""
_STOP_TIMEOUT_S = 10.0
"""How long a worker may take to end after it got Stop; then it is killed."""


class Workers:
    """A worker for each assignment; leaving the context ends those that are left.

    Args:
        assignments: What each has to do.
        executor: What runs the workers, all at once, on this machine; None: a process for each.
    """

    def __init__(self, assignments: Sequence[WorkerAssignment], executor: Executor | None = None) -> None:
        self._assignments = {assignment.worker: assignment for assignment in assignments}
        self._launcher = WorkerLauncher(self._assignments, executor)
        self._channels: dict[Channel, int] = {}
        self._reports = WorkerReports()
        self._ready = 0

    def __enter__(self) -> Self:
        self._launcher.launch()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for channel in self._channels:
            channel.close()
        self._reports.problems += [f"worker {worker} would not end" for worker in self._launcher.end()]

    def run(
        self,
        interrupt: Interrupt,
        on_batch: Callable[[Batch], None],
        on_start: Callable[[float], None] = lambda _: None,
    ) -> WorkerReports:
        """Run the surge to its end.

        Args:
            interrupt: Checked ten times a second.
            on_batch: Called with every batch as it comes.
            on_start: Called with the start just before it, an instant of `time.monotonic()`.

        Returns:
            What the workers reported; complete when the context has been left.

        Raises:
            BookingSimError: A worker could not even start.
        """
        deadline = float("inf")
        while (self._channels or self._launcher.listeners) and time.monotonic() < deadline and interrupt.count < 2:
            self._receive_all(on_batch)
            if self._reports.started_at is None:
                self._start_if_ready(on_start)
            if interrupt.count and deadline == float("inf"):
                self._stop()
                deadline = time.monotonic() + _STOP_TIMEOUT_S
        self._reports.problems += [f"worker {worker} was cut off" for worker in sorted(self._channels.values())]
        if interrupt.count:
            self._reports.problems.insert(0, interrupt.reason)
        return self._reports

    def _receive_all(self, on_batch: Callable[[Batch], None]) -> None:
        listeners = self._launcher.listeners
        for source in wait([*listeners, *self._channels], timeout=_POLL_S):
            if source in listeners:
                worker, channel = self._launcher.accept(source)
                self._channels[channel] = worker
                self._send(channel, self._assignments[worker])
            else:
                self._on_message(cast("Channel", source), on_batch)

    def _on_message(self, channel: "Channel", on_batch: Callable[[Batch], None]) -> None:
        match self._receive(channel):
            case Batch() as batch:
                self._reports.connecting.update(batch.connecting)
                for reason, number in batch.connecting.items():
                    _LOG.info("%d connections lost or refused: %s", number, redact(reason))
                on_batch(batch)
            case Ready(warm_up_error):
                self._ready += 1
                self._reports.warm_up_error = self._reports.warm_up_error or warm_up_error
            case Failed(reason):
                self._reports.problems.append(f"worker {self._channels[channel]}: {reason}")
                _LOG.warning("worker %d: %s", self._channels[channel], redact(reason))
                self._close(channel)
            case Finished(busy, process, worked_s, delayed):
                _LOG.info(
                    "worker %d has ended; it was at work %.0f %% of the time", self._channels[channel], busy * 100
                )
                self._reports.delayed[self._channels[channel]] = delayed
                self._reports.worked_s += worked_s
                self._reports.busy[self._channels[channel]] = busy
                self._reports.interpreters[process] += busy
                self._close(channel)

    def _receive(self, channel: "Channel") -> object:
        try:
            return channel.recv()
        except (EOFError, OSError):  # it ended without a last message
            return Failed(self._launcher.reason(self._channels[channel]))

    def _close(self, channel: "Channel") -> None:
        channel.close()
        del self._channels[channel]

    def _start_if_ready(self, on_start: Callable[[float], None]) -> None:
        if self._reports.problems:
            raise BookingSimError(f"The surge did not start. {self._reports.problems[0]}")
        self._launcher.check()
        if self._ready < len(self._assignments):
            return
        _LOG.info("%d workers are ready: the run starts", self._ready)
        self._reports.started_at = time.monotonic() + _LEAD_S
        for channel in self._channels:
            self._send(channel, Start(self._reports.started_at))
        on_start(self._reports.started_at)

    def _stop(self) -> None:
        self._launcher.cancel_pending()
        for channel in self._channels:
            self._send(channel, Stop())

    def _send(self, channel: "Channel", message: object) -> None:
        with contextlib.suppress(OSError):  # a worker that is gone is noticed when its channel is read
            channel.send(message)
