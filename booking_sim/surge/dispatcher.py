"""Lets buyers come, gives their calls to connections in the order in which they were wanted, and brings the answers."""

import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor

from booking_sim.attempts import Call, Phase
from booking_sim.database import redact
from booking_sim.skip_depth.measure import Depth
from booking_sim.surge.decoding import decode
from booking_sim.surge.journey import Answer, Ask, Buyer, Cast, Journey
from booking_sim.surge.link import Failure, Link, Row
from booking_sim.surge.loop import Loop
from booking_sim.surge.messages import Share
from booking_sim.surge.pool import Pool
from booking_sim.surge.recorder import Recorder

_AT_A_TIME = 64
"""Buyers who come before answers are read again: a crowd that comes at once must not keep others waiting."""
_GRACE_S = 1.0
"""How long calls under way may take to be answered after a stop; then they are cancelled."""
_CANCEL_LOOK_S = 0.001
_CANCELLED = "57014"
_RESERVE = Call.RESERVE


class Wish:
    """A call on its way to its answer. Times are instants of `time.monotonic()`."""

    __slots__ = (
        *("ask", "attempt", "cancelling", "is_measured", "is_over", "journey", "link", "scheduled_at", "sent_at"),
        "wanted_at",
    )

    def __init__(self, journey: Journey, ask: Ask, scheduled_at: float, wanted_at: float) -> None:
        self.journey = journey
        self.ask = ask
        ask.buyer.attempts += 1
        self.attempt = ask.buyer.attempts
        self.scheduled_at = scheduled_at
        self.wanted_at = wanted_at
        self.sent_at: float | None = None
        self.link: Link | None = None
        self.cancelling: Future[None] | None = None
        self.is_measured = False
        self.is_over = False


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
        self._come = 0
        self._inside = 0
        self._started_at = float("inf")
        self._ends_at = float("inf")
        self._is_stopped = False
        self._until_measured = share.measure.every // 2 + 1 if share.measure else 0
        self.pool = Pool(share, loop, recorder, on_free=self._dispatch, on_answer=self._answered)

    @property
    def is_done(self) -> bool:
        """Whether everybody has come and left; after a stop, whether no call is under way."""
        return not self._under_way if self._is_stopped else not self._inside and not self._more_to_come()

    def start(self, at: float) -> None:
        """Let buyers come from an instant of `time.monotonic()` on."""
        self._started_at = at
        self._ends_at = at + self._share.duration_s
        if self._share.times is None:
            self._loop.at(at, self._dispatch)
        elif self._share.times:
            self._loop.at(at + self._share.times[0], self._arrive)

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
        self._dispatch()

    def _enter(self, scheduled_at: float, now: float) -> None:
        buyer, journeys = self._cast.enter(self._share.worker + self._come * self._share.workers)
        self._come += 1
        self._inside += 1
        for journey in journeys:
            self._go_on(buyer, journey, None, scheduled_at, now)

    def _go_on(self, buyer: Buyer, journey: Journey, answer: Answer | None, scheduled_at: float, now: float) -> None:
        """Tell a buyer an answer, or that a pause is over, when it was planned; it says what it wants next."""
        if self._is_stopped:
            return
        try:
            step = journey.send(answer)
        except StopIteration:
            self._leave(buyer)
            return
        if isinstance(step, Ask):
            wish = Wish(journey, step, scheduled_at, now)
            self._waiting.append(wish)
            self._recorder.call_wanted()
            if step.patience_s is not None:
                self._loop.at(wish.wanted_at + step.patience_s, self._lose_patience, wish)
        else:
            self._loop.at(scheduled_at + step, self._wake, buyer, journey, scheduled_at + step)

    def _wake(self, buyer: Buyer, journey: Journey, scheduled_at: float) -> None:
        self._go_on(buyer, journey, None, scheduled_at, time.monotonic())
        self._dispatch()

    def _leave(self, buyer: Buyer) -> None:
        buyer.hands -= 1
        if not buyer.hands:
            self._inside -= 1
            self._recorder.buyer_done()

    def _dispatch(self) -> None:
        """Send what can be sent. Closed loop: a connection that nobody wants lets the next buyer in."""
        free, waiting, is_closed = self.pool.free, self._waiting, self._share.times is None
        while free and not self._is_stopped:
            if waiting:
                wish = waiting.popleft()
                if not wish.is_over:
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

    def _send(self, wish: Wish, link: Link) -> float:
        ask, measure = wish.ask, self._share.measure
        if measure is not None and ask.call is _RESERVE:
            self._until_measured -= 1
            if not self._until_measured:
                self._until_measured, wish.is_measured = measure.every, True
                return link.send_measured(measure, ask.parameters)
        return link.send(ask.call.encode(), ask.parameters)

    def _answered(self, link: Link, answer: Row | Failure) -> None:
        now = time.monotonic()
        wish = self._under_way.pop(link)
        told = self._record(wish, answer, now)
        if wish.cancelling is None:
            self.pool.release(link)
        else:
            self._release_when_cancelled(link, wish.cancelling)
        self._go_on(wish.ask.buyer, wish.journey, told, now, now)
        self._dispatch()

    def _record(self, wish: Wish, answer: Row | Failure, now: float) -> Answer:
        if not isinstance(answer, Failure):
            depth = None
            measure, link = self._share.measure, wish.link
            if wish.is_measured and measure is not None and link is not None:
                depth = measure.depth(answer, link.notices or ())
                answer, link.notices = measure.answer(answer), None
            told = decode(answer)
            self._write(wish, now, told, depth=depth)
            return told
        if answer.is_lost:
            outcome, phase = "unknown", Phase.CALL_SENT
        else:
            timed_out = answer.sqlstate == _CANCELLED and wish.cancelling and not self._is_stopped
            outcome, phase = "timed_out" if timed_out else "error", Phase.ANSWERED
        told = Answer(outcome, sqlstate=answer.sqlstate)
        self._write(wish, now, told, redact(answer.message).splitlines()[0], phase)
        return told

    def _write(
        self,
        wish: Wish,
        now: float,
        told: Answer,
        error: str | None = None,
        phase: Phase | None = None,
        *,
        depth: Depth | None = None,
    ) -> None:
        wish.is_over = True
        start, ask, link = self._started_at, wish.ask, wish.link
        buyer, sent_at = ask.buyer, wish.sent_at
        self._recorder.add(
            (
                buyer.number,
                buyer.kind,
                wish.attempt,
                ask.call,
                buyer.event_id,
                self._share.worker,
                None if link is None else link.number,
                wish.scheduled_at - start,
                wish.wanted_at - start,
                None if sent_at is None else sent_at - start,
                None if sent_at is None else (now - sent_at) * 1000,
                told.outcome,
                told.intent_id if ask.intent_id is None else ask.intent_id,
                told.ticket_nos,
                told.hold_expires_at,
                told.sqlstate,
                error,
                phase,
                None if depth is None else depth.locked,
                None if depth is None else depth.dead,
            )
        )

    def _lose_patience(self, wish: Wish) -> None:
        if wish.is_over or self._is_stopped:
            return
        if wish.link is not None:
            self._cancel(wish, wish.link)
            return
        now = time.monotonic()
        told = Answer("gave_up")
        self._write(wish, now, told, "no connection was free in time", Phase.WAITING)
        self._go_on(wish.ask.buyer, wish.journey, told, now, now)

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
            self._dispatch()
        else:
            self._loop.at(time.monotonic() + _CANCEL_LOOK_S, self._release_when_cancelled, link, cancelling)
