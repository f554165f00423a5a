"""The messages between the parent and a worker, over their pipe."""

from collections.abc import Sequence
from dataclasses import dataclass

from booking_sim.load_generator.worker.workload import Workload
from booking_sim.skip_depth.measure import Measure


@dataclass(frozen=True, slots=True)
class WorkerAssignment:
    """Parent, first: what one worker has to do."""

    url: str
    application_name: str
    workload: Workload
    worker: int
    workers: int
    connections: Sequence[int]
    """Their numbers, counted over all workers."""
    buyers: int
    """How many it admits at most: every `workers`-th of all buyers, beginning with its own number."""
    duration_s: float
    """Seconds after which it admits no more buyers; infinite if there is no such time."""
    times: Sequence[float] | None
    """Open loop: when each buyer arrives, in seconds from the start. Closed loop: None; idle connections admit them."""
    measure: Measure | None
    """How the skip depth of some calls is measured; None: it is not."""
    payments_first: bool
    """Whether a confirm or release takes the next idle connection, before all reserves that wait."""
    is_warmed: bool
    """Whether connections are warmed before the start, and again when they are reopened."""
    answer_timeout_s: float
    """Seconds after which a connection that has not answered is given up as lost."""

    def __repr__(self) -> str:
        """Leave the URL out: it may hold a password."""
        return f"WorkerAssignment(worker={self.worker}, buyers={self.buyers}, connections={len(self.connections)})"


@dataclass(frozen=True, slots=True)
class Start:
    """Parent, when every worker is ready: begin at this instant of `time.monotonic()`, in seconds."""

    at: float


@dataclass(frozen=True, slots=True)
class Stop:
    """Parent: admit no more buyers, and end. A closed pipe means the same."""


@dataclass(frozen=True, slots=True)
class Ready:
    """Worker: its connections are open."""

    warm_up_error: str
    """Why a connection is cold that was to be warmed; empty if there is none."""


@dataclass(frozen=True, slots=True)
class Finished:
    """Worker, last: every attempt has been sent."""

    busy: float
    """The share of its time in which it computed, not waited."""
    process: int
    """Its process id. Workers in one process share its interpreter, in which only one computes at a time."""
    worked_s: float
    """The CPU seconds that it computed."""
    delayed: float
    """The share of its time in which it was kept from computing: others had the processor, or it was stopped."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Worker, last: it could not finish its assignment, and why."""

    reason: str
