"""Starts the embedded server again when it dies while somebody works with it."""

import logging
from datetime import UTC, datetime
from threading import Event, Thread
from types import TracebackType
from typing import Final, Self

from booking_sim.database.embedded import Cluster
from booking_sim.errors import BookingSimError

_LOG = logging.getLogger(__name__)
_POLL_S: Final = 0.1


class Restarts:
    """While this is open, a server that dies is started again; it recovers what was committed.

    Args:
        cluster: The embedded server; None: nothing is watched.

    Attributes:
        at: When it was started again, each time.
    """

    def __init__(self, cluster: Cluster | None) -> None:
        self.at: list[datetime] = []
        self._cluster = cluster
        self._stopped = Event()
        self._thread = Thread(target=self._watch, name="booking_sim restarts", daemon=True)

    def __enter__(self) -> Self:
        if self._cluster is not None:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _watch(self) -> None:
        while self._cluster is not None and not self._stopped.wait(_POLL_S):
            if self._cluster.pid is not None:
                continue
            try:
                self._cluster.start_again()
            except BookingSimError as error:
                _LOG.warning("The server died and does not start again: %s", error)
                return
            _LOG.warning("The server died and was started again")
            self.at.append(datetime.now(UTC))
