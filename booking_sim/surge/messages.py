"""What the parent and a worker say to each other over their pipe."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from booking_sim.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Share:
    """Parent, first: what one worker has to do."""

    url: str
    application_name: str
    event_id: int
    scenario: Scenario
    worker: int
    buyers: tuple[int, ...]
    connections: tuple[int, ...]
    retry: tuple[str, ...] = ()
    """SQLSTATEs after which a buyer asks again, since the strategy wants it so."""

    def __repr__(self) -> str:
        """Leave the URL out: it may hold a password."""
        return f"Share(worker={self.worker}, buyers={len(self.buyers)}, connections={len(self.connections)})"


@dataclass(frozen=True, slots=True)
class Start:
    """Parent, when every worker is ready: begin at this instant of `time.monotonic()`, in seconds."""

    at: float


@dataclass(frozen=True, slots=True)
class Stop:
    """Parent: let no further buyer in, and end. That the parent is gone means the same."""


@dataclass(frozen=True, slots=True)
class Ready:
    """Worker: its connections are open."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Worker, several times a second: what came since the last batch."""

    columns: Sequence[Sequence[Any]]
    """The fields of Attempt, one sequence each; none if there was no attempt."""
    outcomes: dict[str, int]
    """How many attempts ended in each way."""
    buyers_done: int
    """How many buyers had their last word."""


@dataclass(frozen=True, slots=True)
class Finished:
    """Worker, last: every attempt has been sent."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Worker, last: it could not do its share, and why."""

    reason: str
