"""Marks: what a user does beside a surge, and when connections are lost, at an instant of its run."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

_LOCK = threading.Lock()
_UNDER_WAY: "list[Marks]" = []


class Marks:
    """The events of one run that no sample of the server shows."""

    def __init__(self) -> None:
        self._rows: list[tuple[float, str, str]] = []

    def add(self, kind: str, text: str) -> None:
        """Write down that something happens now; `records.samples.EVENTS` has the kinds."""
        self._rows.append((time.monotonic(), kind, text))

    def columns(self) -> list[Sequence[Any]]:
        """The batches of the frame `events`, as the observer has them of its frames."""
        return [tuple(zip(*self._rows, strict=True))] if self._rows else []


@contextmanager
def collecting() -> Iterator[Marks]:
    """Collect the marks of a run while inside."""
    marks = Marks()
    with _LOCK:
        _UNDER_WAY.append(marks)
    try:
        yield marks
    finally:
        with _LOCK:
            _UNDER_WAY.remove(marks)


def mark(text: str) -> bool:
    """Mark this instant in the surges that run in this process: charts show it.

    Call it in another thread than the surge, when you change something beside it.

    Args:
        text: What happens, in a few words.

    Returns:
        Whether a surge was under way.

    Example:
        An index is dropped a second after the start:

            import threading

            from booking_sim import mark, surge

            threading.Timer(1, mark, ["the index is dropped"]).start()
            surge(buyers=500).events
    """
    with _LOCK:
        for marks in _UNDER_WAY:
            marks.add("mark", text)
        return bool(_UNDER_WAY)
