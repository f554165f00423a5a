"""The connections of one worker: opened together, handed out in turn, and opened again when they are lost."""

import random
import time
from collections import deque
from collections.abc import Callable

from booking_sim.database.connecting import connect_seconds, explain
from booking_sim.load_generator.worker.link import Failure, Link, Row
from booking_sim.load_generator.worker.loop import Loop
from booking_sim.load_generator.worker.messages import Share
from booking_sim.load_generator.worker.recorder import Recorder

_FIRST_WAIT_S = 0.05
_LONGEST_WAIT_S = 1.0


class Pool:
    """Connections, and who is free.

    Args:
        share: Which connections, and to what.
        loop: What says when they are ready.
        recorder: Where a lost connection is counted.
        on_answer: Told of the answer to a call, as `answered`.

    Attributes:
        answered: Told of the answer to a call, before its connection is free.
        free: Those that a call can be sent on, the longest free one first.
        refusal: Why a connection could not be opened, before the first was lost; empty if all could.
        shut_since: Since when no connection at all is open, an instant of `time.monotonic()`; None if one is.
    """

    def __init__(
        self,
        share: Share,
        loop: Loop,
        recorder: Recorder,
        *,
        on_answer: Callable[[Link, Row | Failure], None],
    ) -> None:
        self._share = share
        self._loop = loop
        self._recorder = recorder
        self.answered = on_answer
        self._links = [
            Link(number, share.url, share.application_name, loop.selector, self) for number in share.connections
        ]
        self._waits_s = dict.fromkeys(self._links, _FIRST_WAIT_S)
        self._patience_s = connect_seconds(share.url)
        self.free: deque[Link] = deque()
        self.refusal = ""
        self.shut_since: float | None = time.monotonic()

    @property
    def is_complete(self) -> bool:
        """Whether every connection is open."""
        return all(link.is_open for link in self._links)

    def open(self) -> None:
        """Begin to open them all."""
        for link in self._links:
            self._open(link)

    def close(self) -> None:
        """Close them all."""
        for link in self._links:
            link.close()

    def opened(self, link: Link) -> None:
        """A connection is open: it is free."""
        self._waits_s[link] = _FIRST_WAIT_S
        self.shut_since = None
        self.release(link)

    def release(self, link: Link) -> None:
        """A connection is done with its call, and free if it still stands."""
        if link.is_open:
            self.free.append(link)

    def lost(self, link: Link, reason: str) -> None:
        """Open a connection again after a while: twice as long each time, give or take a half."""
        refusal = str(explain(reason, self._share.url))
        self.refusal = self.refusal or refusal
        self._recorder.connection_lost(refusal)
        if link in self.free:
            self.free.remove(link)
        if self.shut_since is None and not any(other.is_open for other in self._links):
            self.shut_since = time.monotonic()
        wait_s = self._waits_s[link] * random.uniform(0.5, 1.5)  # noqa: S311  so that not all come back at once
        self._waits_s[link] = min(2 * self._waits_s[link], _LONGEST_WAIT_S)
        self._loop.at(time.monotonic() + wait_s, self._open, link)

    def _open(self, link: Link) -> None:
        begun_at = time.monotonic()
        link.open()
        self._loop.at(begun_at + self._patience_s, link.give_up, link.openings)
