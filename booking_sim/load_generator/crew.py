"""The workers as the parent sees them: started together, listened to, stopped together; none is left behind."""

import contextlib
import pickle
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, cast

from booking_sim.errors import BookingSimError
from booking_sim.load_generator.hiring import Hiring
from booking_sim.load_generator.interrupt import Interrupt
from booking_sim.load_generator.worker.messages import Batch, Failed, Finished, Ready, Share, Start, Stop

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from booking_sim.processes import Channel

_LOOK_S = 0.1
_LEAD_S = 0.05
"""Between telling the workers when to start and that instant: long enough for the telling."""
_PATIENCE_S = 10.0
"""How long a worker may take to end after it was told to stop; then it is cut off."""


@dataclass
class Account:
    """What the workers reported.

    Attributes:
        batches: Their attempts, as they were sent.
        problems: Why the account is not complete, a line each.
        interrupted: Whether somebody wanted it to stop.
        started_at: The start, an instant of `time.monotonic()`; None if it never came.
        busy: The share of its time that each worker was working.
        interpreters: The same of each process that had workers; near 1 they could not have been faster.
        connecting: Connections that were lost or could not be made, by the reason.
    """

    batches: list[bytes] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    interrupted: bool = False
    started_at: float | None = None
    busy: dict[int, float] = field(default_factory=dict)
    interpreters: defaultdict[int, float] = field(default_factory=lambda: defaultdict(float))
    connecting: Counter[str] = field(default_factory=Counter)

    def attempts(self) -> Iterator[Sequence[Sequence[Any]]]:
        """Every batch of attempts, once, the fields of Attempt as a sequence each; what is given out is forgotten."""
        while self.batches:
            yield pickle.loads(self.batches.pop())  # noqa: S301  our own workers wrote them

    def generator(self) -> dict[str, Any]:
        """How the generator itself fared, for the manifest."""
        return {"busy": [round(self.busy[worker], 3) for worker in sorted(self.busy)], "connecting": self.connecting}

    def elapsed(self) -> float:
        """Seconds since the start; 0 if it never came."""
        return 0.0 if self.started_at is None else time.monotonic() - self.started_at


class Crew:
    """A worker for each share; leaving the context ends those that are left.

    Args:
        shares: What each has to do.
        executor: What runs the workers, all at once, on this machine; None: processes of their own.
    """

    def __init__(self, shares: Sequence[Share], executor: "Executor | None" = None) -> None:
        self._shares = {share.worker: share for share in shares}
        self._hiring = Hiring(self._shares, executor)
        self._channels: dict[Channel, int] = {}
        self._account = Account()
        self._ready = 0

    def __enter__(self) -> Self:
        self._hiring.begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for channel in self._channels:
            channel.close()
        self._account.problems += [f"worker {worker} would not end" for worker in self._hiring.end()]

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

        Returns:
            What the workers reported; complete when the context has been left.

        Raises:
            BookingSimError: a worker could not even start.
        """
        deadline = float("inf")
        while (self._channels or self._hiring.doors) and time.monotonic() < deadline and interrupt.times < 2:
            self._listen(on_batch)
            if self._account.started_at is None:
                self._start_if_ready(on_start)
            if interrupt.times and deadline == float("inf"):
                self._stop()
                deadline = time.monotonic() + _PATIENCE_S
        self._account.problems += [f"worker {worker} was cut off" for worker in sorted(self._channels.values())]
        if interrupt.times:
            self._account.interrupted = True
            self._account.problems.insert(0, "interrupted")
        return self._account

    def _listen(self, on_batch: Callable[[Batch], None]) -> None:
        doors = self._hiring.doors
        for source in wait([*doors, *self._channels], timeout=_LOOK_S):
            if source in doors:
                worker, channel = self._hiring.let_in(source)
                self._channels[channel] = worker
                self._send(channel, self._shares[worker])
            else:
                self._hear(cast("Channel", source), on_batch)

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
            case Finished(busy, process):
                self._account.busy[self._channels[channel]] = busy
                self._account.interpreters[process] += busy
                self._close(channel)

    def _receive(self, channel: "Channel") -> object:
        try:
            return channel.recv()
        except (EOFError, OSError):  # it ended without a last word
            return Failed(self._hiring.reason(self._channels[channel]))

    def _close(self, channel: "Channel") -> None:
        channel.close()
        del self._channels[channel]

    def _start_if_ready(self, on_start: Callable[[float], None]) -> None:
        if self._account.problems:
            raise BookingSimError(f"The surge did not start. {self._account.problems[0]}")
        self._hiring.check()
        if self._ready < len(self._shares):
            return
        self._account.started_at = time.monotonic() + _LEAD_S
        for channel in self._channels:
            self._send(channel, Start(self._account.started_at))
        on_start(self._account.started_at)

    def _stop(self) -> None:
        self._hiring.refuse()
        for channel in self._channels:
            self._send(channel, Stop())

    def _send(self, channel: "Channel", message: object) -> None:
        with contextlib.suppress(OSError):  # a worker that is gone is noticed when it is listened to
            channel.send(message)
