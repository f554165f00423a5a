"""What the parent and the observer say to each other over their pipe."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Watch:
    """Parent, first: what to watch."""

    url: str
    application_name: str
    """Of its connection. The names of all sessions of the run end with its last word."""
    event_ids: tuple[int, ...]
    """Events whose tickets are counted, for the live view: none without it."""

    @property
    def token(self) -> str:
        """What the names of the run's sessions end with."""
        return self.application_name.rpartition(" ")[2]

    def __repr__(self) -> str:
        """Leave the URL out: it may hold a password."""
        return f"Watch(events={len(self.event_ids)})"


@dataclass(frozen=True, slots=True)
class StartSampling:
    """Parent, just before it: the run begins at this instant of `time.monotonic()`, in seconds."""

    at: float


@dataclass(frozen=True, slots=True)
class StopSampling:
    """Parent: take a last sample, and end. A closed pipe means the same."""


@dataclass(frozen=True, slots=True)
class ObserverReady:
    """Observer: it has sampled everything once."""


@dataclass(frozen=True, slots=True)
class Samples:
    """Observer, several times a second: the samples since the last message."""

    columns: Mapping[str, Sequence[Sequence[Any]]]
    """By the name of the frame: its columns, instants of `time.monotonic()` the first; no name without a row."""


@dataclass(frozen=True, slots=True)
class ObserverFinished:
    """Observer, last."""

    sampling: Mapping[str, Mapping[str, float]]
    """By the name of the frame: how many samples it took, as `AdaptiveInterval.describe` says."""
    problems: Sequence[str]
    """Why samples are missing, a line each."""
