"""Lets buyers come, gives their calls to connections in the order in which they were wanted, and brings the answers."""

import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING, cast

from booking_sim.database import redact
from booking_sim.load_generator.worker.decoding import decode_outcome
from booking_sim.load_generator.worker.journey import Cast
from booking_sim.load_generator.worker.link import Failure, Link, Row
from booking_sim.load_generator.worker.loop import Loop
from booking_sim.load_generator.worker.messages import Share
from booking_sim.load_generator.worker.pool import Pool
from booking_sim.load_generator.worker.recorder import Recorder
from booking_sim.load_generator.worker.wish import Buyer, Wish
from booking_sim.records.attempts import Call, Phase

if TYPE_CHECKING:
    from booking_sim.skip_depth.measure import Measure

_AHEAD = 16
"""First calls that are thought up together, before buyers come: less is to be done between an answer and a call."""
_AT_A_TIME = 64
"""Buyers who come before answers are read again: a crowd that comes at once must not keep others waiting."""
_GRACE_S = 1.0
"""How long calls under way may take to be answered after a stop; then they are cancelled."""
_CANCEL_LOOK_S = 0.001
_CANCELLED = "57014"
_RESERVE = Call.RESERVE


class Dispatcher:
    """Plays one worker's share of a surge.

    Args:
        share: What to play.
        loop: What says when something is due.
        recorder: Where attempts are written down.

    Attributes:
        pool: The connections.
    """

    def __init__(self, share: Share, loop: Loop, recorder: Recorder) -> None:
        self._share = share
        self._cast = Cast(share.terms)
        self._loop = loop
        self._recorder = recorder
        self._waiting: deque[Wish] = deque()
        self._under_way: dict[Link, Wish] = {}
        self._canceller = ThreadPoolExecutor(1, "cancel")  # to cancel is to wait for the server
        self._comers = self._think_up()
        self._come = 0
        self._inside = 0
        self._started_at = float("inf")
        self._ends_at = float("inf")
        self._is_stopped = False
        self._until_measured = share.measure.every // 2 + 1 if share.measure else 0
        self.pool = Pool(share, loop, recorder, on_answer=self._answered)

    @property
    def is_done(self) -> bool:
        """Whether everybody has come and left; after a stop, whether no call is under way."""
        return not self._under_way if self._is_stopped else not self._inside and not self._more_to_come()

    def start(self, at: float) -> None:
        """Let buyers come from an instant of `time.monotonic()` on."""
        self._started_at = self._recorder.started_at = at
        self._ends_at = at + self._share.duration_s
        if self._share.times is None:
            self._loop.at(at, self.dispatch)
        elif self._share.times:
            self._loop.at(at + self._share.times[0], self._arrive)

    def dispatch(self) -> None:
        """Send what can be sent; closed loop: a connection that nobody wants lets the next buyer in.

        To be called after every turn of the loop: first all answers are read that are there, then calls are sent, since
        the server may take the processor for each at once.
        """
        free, waiting, is_closed = self.pool.free, self._waiting, self._share.times is None
        while free and not self._is_stopped:
            if waiting:
                wish = waiting.popleft()
                if wish.outcome is None:
                    wish.link = link = free.popleft()
                    self._under_way[link] = wish
                    wish.sent_at = self._send(wish, link)
            elif is_closed and self._come < self._share.buyers:
                now = time.monotonic()
                if not self._started_at <= now < self._ends_at:
                    return
                self._enter(now, now)
            else:
                return

    def stop(self) -> None:
        """Let nobody do anything any more; what is under way is answered soon, or cancelled."""
        self._is_stopped = True
        self._waiting.clear()
        self._loop.at(time.monotonic() + _GRACE_S, self._cancel_all)

    def close(self) -> None:
        """Disconnect."""
        self._canceller.shutdown()
        self.pool.close()

    def _more_to_come(self) -> bool:
        return self._come < self._share.buyers and time.monotonic() < self._ends_at

    def _arrive(self) -> None:
        """Open loop: let those come whose time it is, whatever became of those before them."""
        times = self._share.times or ()
        last = min(self._come + _AT_A_TIME, len(times))
        now = time.monotonic()
        while self._come < last and self._started_at + times[self._come] <= now:
            self._enter(self._started_at + times[self._come], now)
        if self._come < len(times) and not self._is_stopped:
            self._loop.at(self._started_at + times[self._come], self._arrive)

    def _think_up(self) -> Iterator[list[Wish]]:
        """What each buyer wants first, with each hand, in the order in which they come."""
        worker, workers = self._share.worker, self._share.workers
        numbers = iter(range(worker, worker + self._share.buyers * workers, workers))
        ahead = max(1, _AHEAD // max(kind.at_once for kind in self._share.terms.kinds.values()))
        while some := list(map(self._cast.enter, islice(numbers, ahead))):
            yield from some

    def _enter(self, scheduled_at: float, now: float) -> None:
        self._come += 1
        self._inside += 1
        for wish in next(self._comers):
            self._want(wish, scheduled_at, now)

    def _want(self, wish: Wish, scheduled_at: float, now: float) -> None:
        wish.scheduled_at, wish.wanted_at = scheduled_at, now
        self._waiting.append(wish)
        self._recorder.calls_wanted += 1
        if wish.patience_s is not None:
            self._loop.at(now + wish.patience_s, self._lose_patience, wish)

    def _go_on(self, before: Wish, scheduled_at: float, now: float) -> None:
        """A call, or the pause after it, is over, since when it was planned: the buyer says what it wants next."""
        if self._is_stopped:
            return
        step = next(before.journey, None)
        if step is None:
            self._leave(before.buyer)
        elif isinstance(step, Wish):
            step.journey = before.journey
            self._want(step, scheduled_at, now)
        else:
            self._loop.at(scheduled_at + step, self._wake, before, scheduled_at + step)

    def _wake(self, before: Wish, scheduled_at: float) -> None:
        self._go_on(before, scheduled_at, time.monotonic())

    def _leave(self, buyer: Buyer) -> None:
        buyer.hands -= 1
        if not buyer.hands:
            self._inside -= 1
            self._recorder.buyers_done += 1

    def _send(self, wish: Wish, link: Link) -> float:
        measure = self._share.measure
        if measure is not None and wish.call is _RESERVE:
            self._until_measured -= 1
            if not self._until_measured:
                self._until_measured, wish.is_measured = measure.every, True
                return link.send_measured(measure, wish.parameters)
        return link.send(wish.call.encode(), wish.parameters)

    def _answered(self, link: Link, answer: Row | Failure) -> None:
        wish = self._under_way.pop(link)
        if isinstance(answer, Failure):
            outcome = self._fail(wish, answer)
        else:
            wish.row = self._measured(wish, link, answer) if wish.is_measured else answer
            outcome = decode_outcome(wish.row)
        if wish.cancelling is None:
            self.pool.release(link)
        else:
            self._release_when_cancelled(link, wish.cancelling)
        self._end(wish, outcome, self._loop.woke_at)

    def _measured(self, wish: Wish, link: Link, row: Row) -> Row:
        """The answer to a call whose skip depth was measured is in what came."""
        measure = cast("Measure", self._share.measure)
        wish.depth, link.notices = measure.depth(row, link.notices or ()), None
        return measure.answer(row)

    def _fail(self, wish: Wish, failure: Failure) -> str:
        wish.sqlstate, wish.error = failure.sqlstate, redact(failure.message).splitlines()[0]
        if failure.is_lost:
            wish.phase = Phase.CALL_SENT
            return "unknown"
        wish.phase = Phase.ANSWERED
        timed_out = failure.sqlstate == _CANCELLED and wish.cancelling and not self._is_stopped
        return "timed_out" if timed_out else "error"

    def _end(self, wish: Wish, outcome: str, now: float) -> None:
        wish.outcome, wish.answered_at = outcome, now
        self._recorder.add(wish)
        self._go_on(wish, now, now)

    def _lose_patience(self, wish: Wish) -> None:
        if wish.outcome is not None or self._is_stopped:
            return
        if wish.link is not None:
            self._cancel(wish, wish.link)
            return
        wish.error, wish.phase = "no connection was free in time", Phase.WAITING
        self._end(wish, "gave_up", time.monotonic())

    def _cancel(self, wish: Wish, link: Link) -> None:
        wish.cancelling = self._canceller.submit(link.canceller().cancel)

    def _cancel_all(self) -> None:
        for link, wish in self._under_way.items():
            if wish.cancelling is None:
                self._cancel(wish, link)

    def _release_when_cancelled(self, link: Link, cancelling: "Future[None]") -> None:
        """A cancel that arrives late must not hit the next call."""
        if cancelling.done():
            self.pool.release(link)
        else:
            self._loop.at(time.monotonic() + _CANCEL_LOOK_S, self._release_when_cancelled, link, cancelling)
