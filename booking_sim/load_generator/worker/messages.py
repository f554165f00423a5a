"""What the parent and a worker say to each other over their pipe."""

from collections.abc import Sequence
from dataclasses import dataclass

from booking_sim.load_generator.worker.journey import Terms
from booking_sim.skip_depth.measure import Measure


@dataclass(frozen=True, slots=True)
class Share:
    """Parent, first: what one worker has to do."""

    url: str
    application_name: str
    terms: Terms
    worker: int
    workers: int
    connections: Sequence[int]
    """Their numbers, counted over all workers."""
    buyers: int
    """How many it lets come at most: of all buyers every `workers`th, from its own number on."""
    duration_s: float
    """Seconds after which it lets nobody come any more; infinite if there is no such time."""
    times: Sequence[float] | None
    """Open loop: when each comes, in seconds from the start. Closed loop: None, one comes when a connection is free."""
    measure: Measure | None
    """How the skip depth of some calls is measured; None: of none."""

    def __repr__(self) -> str:
        """Leave the URL out: it may hold a password."""
        return f"Share(worker={self.worker}, buyers={self.buyers}, connections={len(self.connections)})"


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

    attempts: bytes
    """The fields of Attempt, one sequence each, pickled: nobody needs them before the end of the run."""
    latencies_ms: Sequence[float]
    """How long the database took for those of them that were sent."""
    outcomes: dict[str, int]
    """How many attempts ended in each way."""
    buyers_done: int
    """How many buyers had their last word."""
    calls_wanted: int
    """How many calls buyers came to want; those without an answer yet are waiting."""
    connecting: dict[str, int]
    """Connections that were lost or could not be made, by the reason."""


@dataclass(frozen=True, slots=True)
class Finished:
    """Worker, last: every attempt has been sent."""

    busy: float
    """The share of its time that it was working, not waiting."""
    process: int
    """In which process: workers that share one share its interpreter, of which only one works at a time."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Worker, last: it could not do its share, and why."""

    reason: str
