"""What the parent and the observer say to each other over their pipe."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Watch:
    """Parent, first: what to watch."""

    url: str
    application_name: str
    event_ids: tuple[int, ...]
    """Events whose tickets are counted, for somebody who looks on: none if nobody does."""

    def __repr__(self) -> str:
        """Leave the URL out: it may hold a password."""
        return f"Watch(events={len(self.event_ids)})"


@dataclass(frozen=True, slots=True)
class Start:
    """Parent, just before it: the run begins at this instant of `time.monotonic()`, in seconds."""

    at: float


@dataclass(frozen=True, slots=True)
class Stop:
    """Parent: look a last time, and end. That the parent is gone means the same."""


@dataclass(frozen=True, slots=True)
class Ready:
    """Observer: it has looked at everything once."""


@dataclass(frozen=True, slots=True)
class Samples:
    """Observer, several times a second: what it saw since it last told."""

    columns: Mapping[str, Sequence[Sequence[Any]]]
    """By the name of the frame: its columns, instants of `time.monotonic()` the first; no name without a row."""


@dataclass(frozen=True, slots=True)
class Finished:
    """Observer, last."""

    looks: Mapping[str, Mapping[str, float]]
    """By the name of the frame: how often it looked, as `Pace.told` says."""
    problems: Sequence[str]
    """Why it did not see everything that it wanted to, a line each."""
