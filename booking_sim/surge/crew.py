"""The workers as the parent sees them: started together, listened to, stopped together; none is left behind."""

import contextlib
import pickle
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, cast

from booking_sim import processes
from booking_sim.errors import BookingSimError
from booking_sim.surge.interrupt import Interrupt
from booking_sim.surge.messages import Batch, Failed, Finished, Ready, Share, Start, Stop

if TYPE_CHECKING:
    import subprocess

    Channel = Connection[Any, Any]  # only the type checker knows it as a generic

_LOOK_S = 0.1
_LEAD_S = 0.05
"""Between telling the workers when to start and that instant: long enough for the telling."""
_PATIENCE_S = 10.0
"""How long a worker may take to end after it was told to stop; then it is killed."""


@dataclass
class Account:
    """What the workers reported.

    Attributes:
        batches: Their attempts, as they were sent.
        problems: Why the account is not complete, a line each.
        interrupted: Whether somebody wanted it to stop.
        started_at: The start, an instant of `time.monotonic()`; None if it never came.
        busy: The share of its time that each worker was working.
        connecting: Connections that were lost or could not be made, by the reason.
    """

    batches: list[bytes] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    interrupted: bool = False
    started_at: float | None = None
    busy: dict[int, float] = field(default_factory=dict)
    connecting: Counter[str] = field(default_factory=Counter)

    def attempts(self) -> Iterator[Sequence[Sequence[Any]]]:
        """Every batch of attempts: the fields of Attempt, one sequence each."""
        return map(pickle.loads, self.batches)  # our own workers wrote them

    def generator(self) -> dict[str, Any]:
        """How the generator itself fared, for the manifest."""
        return {"busy": [round(self.busy[worker], 3) for worker in sorted(self.busy)], "connecting": self.connecting}

    def elapsed(self) -> float:
        """Seconds since the start; 0 if it never came."""
        return 0.0 if self.started_at is None else time.monotonic() - self.started_at


class Crew:
    """A worker process for each share; leaving the context ends those that are left."""

    def __init__(self, shares: Sequence[Share]) -> None:
        self._shares = shares
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self._channels: dict[Channel, int] = {}
        self._account = Account()
        self._ready = 0

    def __enter__(self) -> Self:
        for share in self._shares:
            self._processes[share.worker], channel = processes.start("booking_sim.surge.worker")
            self._channels[channel] = share.worker
            self._send(channel, share)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for channel, worker in self._channels.items():
            self._processes[worker].kill()
            channel.close()
        for process in self._processes.values():
            process.wait()

    def work(
        self,
        interrupt: Interrupt,
        on_batch: Callable[[Batch], None],
        on_start: Callable[[float], None] = lambda _: None,
    ) -> Account:
        """Run the surge to its end.

        Args:
            interrupt: Looked at ten times a second.
            on_batch: Told of every batch as it comes.
            on_start: Told of the start just before it, an instant of `time.monotonic()`.

        Raises:
            BookingSimError: a worker could not even start.
        """
        deadline = float("inf")
        while self._channels and time.monotonic() < deadline and interrupt.times < 2:
            for channel in wait(list(self._channels), timeout=_LOOK_S):
                self._hear(cast("Channel", channel), on_batch)
            if self._account.started_at is None:
                self._start_if_ready(on_start)
            if interrupt.times and deadline == float("inf"):
                self._stop()
                deadline = time.monotonic() + _PATIENCE_S
        self._account.problems += [f"worker {worker} was ended by force" for worker in self._channels.values()]
        if interrupt.times:
            self._account.interrupted = True
            self._account.problems.insert(0, "interrupted")
        return self._account

    def _hear(self, channel: "Channel", on_batch: Callable[[Batch], None]) -> None:
        match self._receive(channel):
            case Batch() as batch:
                self._account.batches.append(batch.attempts)
                self._account.connecting.update(batch.connecting)
                on_batch(batch)
            case Ready():
                self._ready += 1
            case Failed(reason):
                self._account.problems.append(f"worker {self._channels[channel]}: {reason}")
                self._close(channel)
            case Finished(busy):
                self._account.busy[self._channels[channel]] = busy
                self._close(channel)

    def _receive(self, channel: "Channel") -> object:
        try:
            return channel.recv()
        except (EOFError, OSError):  # it ended without a last word
            return Failed(processes.reason(self._processes[self._channels[channel]]))

    def _close(self, channel: "Channel") -> None:
        channel.close()
        del self._channels[channel]

    def _start_if_ready(self, on_start: Callable[[float], None]) -> None:
        if self._account.problems:
            raise BookingSimError(f"The surge did not start. {self._account.problems[0]}")
        if self._ready < len(self._shares):
            return
        self._account.started_at = time.monotonic() + _LEAD_S
        for channel in self._channels:
            self._send(channel, Start(self._account.started_at))
        on_start(self._account.started_at)

    def _stop(self) -> None:
        for channel in self._channels:
            self._send(channel, Stop())

    def _send(self, channel: "Channel", message: object) -> None:
        with contextlib.suppress(OSError):  # a worker that is gone is noticed when it is listened to
            channel.send(message)
