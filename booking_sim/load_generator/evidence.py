"""The attempts of a run, written to disk while it goes on: the only evidence of the answers that buyers received."""

import pickle
from pathlib import Path
from tempfile import mkdtemp
from types import TracebackType
from typing import Self

import pyarrow as pa  # type: ignore[import-untyped]  # it brings no types

from booking_sim.load_generator.interrupt import Interrupt
from booking_sim.records.batch import Batch
from booking_sim.records.columns import Stream
from booking_sim.records.recorded import RecordedAttempts
from booking_sim.result.folder import STREAM
from booking_sim.result.steps import reason


class Evidence:
    """Writes batches of attempts to a folder. If that fails, the run is stopped: its evidence would be missing.

    Args:
        folder: Reserved for the result; None: a temporary one, which is gone with the attempts.
        interrupt: What stops the run.

    Attributes:
        folder: Where the attempts are written.
        attempts: Those that were written.
    """

    def __init__(self, folder: Path | None, interrupt: Interrupt) -> None:
        self.folder = folder or Path(mkdtemp(prefix="booking_sim-"))
        self.attempts = RecordedAttempts(self.folder / STREAM, temporary=None if folder else self.folder)
        self._interrupt = interrupt
        self._stream = Stream(self.folder / STREAM)
        self._is_whole = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()

    def add(self, batch: Batch) -> None:
        """Write what a worker reports."""
        if not self._is_whole:
            return
        try:
            self._stream.add(pickle.loads(batch.attempts))  # noqa: S301  our own workers wrote them
        except (OSError, pa.ArrowException) as error:
            self._is_whole = False
            why = f"attempts cannot be written to '{self.folder}' any more: {reason(error)}"
            self._interrupt.stop(f"stopped, since {why}")
