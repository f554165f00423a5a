"""What a worker reports of its attempts while it works."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Batch:
    """What happened in a worker since its last batch; it sends several a second."""

    attempts: bytes
    """The fields of Attempt, one sequence each, pickled: nobody needs them before the end of the run."""
    latencies_ms: Sequence[float]
    """The database latencies of those of them that were sent."""
    outcomes: dict[str, int]
    """How many attempts ended in each way."""
    buyers_done: int
    """How many buyers left."""
    requests_queued: int
    """How many requests were queued for a connection. Those that have not ended yet are waiting."""
    connecting: dict[str, int]
    """Connections that were lost or could not be made, by the reason."""
