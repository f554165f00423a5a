"""Where, how often and how long the bench measures."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection

from booking_sim.bench.contestants import Contestant
from booking_sim.bench.pgbench import Pgbench
from booking_sim.bench.server_cost import WalMeter
from booking_sim.errors import BookingSimError

Row = dict[str, Any]
"""One turn: `round`, `turn`, `side`, and the metrics of `booking_sim.bench.metrics`."""


@dataclass(frozen=True, slots=True)
class Place:
    """A server to measure on, with a database for each contestant that turns are copied from.

    Attributes:
        url: A database of it; its data is not changed.
        admin: A connection to it.
        bin_dir: Where pgbench is.
        wal: The meter of the server's WAL.
        counts: Whether the server reports the statements of a call, and their buffers.
        rounds: How often each side is measured.
        seconds: How long a turn is at most.
        tick: Called after each turn, with a few words about it.
        stack: What ends with the bench.
    """

    url: str
    admin: Connection[Any]
    bin_dir: Path
    wal: WalMeter
    counts: bool
    rounds: int
    seconds: float
    tick: Callable[[str], None]
    stack: ExitStack
    _bases: dict[Contestant, str] = field(default_factory=dict)

    def base(self, contestant: Contestant) -> str:
        """The URL of a database with the schema of a contestant, and no event; to be copied only."""
        if contestant not in self._bases:
            self._bases[contestant] = self.stack.enter_context(contestant.database(self.url))
        return self._bases[contestant]

    def checkpoint(self) -> None:
        """Have all changes written to the tables' files, so that no turn pays for the one before.

        Raises:
            BookingSimError: The user may not.
        """
        try:
            self.admin.execute("checkpoint")
        except psycopg.errors.InsufficientPrivilege:
            user = self.admin.info.user
            raise BookingSimError(
                f"User {user!r} may not make a checkpoint: have the server's owner run 'grant pg_checkpoint to {user}',"
                " or use another server."
            ) from None

    def pgbench(self, url: str, contestant: Contestant) -> Pgbench:
        """What calls a contestant in a database."""
        return Pgbench(self.bin_dir, url, retry=contestant.retry)
