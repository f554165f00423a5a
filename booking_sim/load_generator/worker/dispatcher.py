"""Admits buyers, sends their requests over connections in the order of the queue, and resumes their sessions."""

import time
from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, cast

from booking_sim.database.explaining import explain, is_unprepared
from booking_sim.load_generator.worker.buyer_session import Population
from booking_sim.load_generator.worker.cancel_request import CancelRequest
from booking_sim.load_generator.worker.connection_pool import ConnectionPool
from booking_sim.load_generator.worker.decoding import decode_outcome
from booking_sim.load_generator.worker.event_loop import EventLoop
from booking_sim.load_generator.worker.messages import WorkerAssignment
from booking_sim.load_generator.worker.raw_connection import Failure, RawConnection, Row
from booking_sim.load_generator.worker.recorder import Recorder
from booking_sim.load_generator.worker.request import Buyer, Request, RequestState, Result
from booking_sim.records.attempts import Call, Phase
from booking_sim.redaction import redact

if TYPE_CHECKING:
    from booking_sim.skip_depth.measure import Measure

_AHEAD = 16
"""First requests that are prepared together, before their buyers arrive: less is to be done between answer and call."""
_ADMITTED_AT_ONCE = 16
"""Buyers who are admitted before requests are sent and answers are read again, however many have arrived."""
_GRACE_S = 1.0
"""How long requests under way may take after a stop; then they are cancelled."""
_CANCELLED = "57014"
_RESERVE = Call.RESERVE
_MEASURED = _RESERVE.encode()
_QUEUED = RequestState.QUEUED


class Dispatcher:
    """Plays the buyers of one worker.

    Args:
        assignment: What the worker has to do.
        loop: The timers and sockets.
        recorder: What keeps the requests that have ended.

    Attributes:
        pool: The connections.
    """

    def __init__(self, assignment: WorkerAssignment, loop: EventLoop, recorder: Recorder) -> None:
        self._assignment = assignment
        self._population = Population(assignment.workload)
        self._loop = loop
        self._recorder = recorder
        self._queue: deque[Request] = deque()
        self._payments: deque[Request] = deque() if assignment.payments_first else self._queue
        self._under_way: dict[RawConnection, Request] = {}
        self._cancels: dict[RawConnection, CancelRequest] = {}
        self._late_cancels: set[CancelRequest] = set()
        self._arrivals = self._prepare()
        self._admitted = 0
        self._active = 0
        self._started_at = float("inf")
        self._ends_at = float("inf")
        self._is_stopped = False
        self._until_measured = assignment.measure.every // 2 + 1 if assignment.measure else 0
        self.pool = ConnectionPool(assignment, loop, recorder, on_answer=self._on_answer)

    @property
    def is_done(self) -> bool:
        """Whether all buyers have arrived and left; after a stop, whether no request is under way."""
        return not self._under_way if self._is_stopped else not self._active and not self._more_to_admit()

    def start(self, at: float) -> None:
        """Admit buyers from an instant of `time.monotonic()` on."""
        self._started_at = self._recorder.started_at = at
        self._ends_at = at + self._assignment.duration_s
        self._loop.call_at(at, self._check_answers)
        if self._assignment.times is None:
            self._loop.call_at(at, self.dispatch)
        elif self._assignment.times:
            self._loop.call_at(at + self._assignment.times[0], self._on_arrival)

    def dispatch(self) -> None:
        """Send what can be sent; closed loop: admit a buyer for each connection that is left idle.

        Call it after every turn of the loop. So all answers that are there are read before any request is sent: the
        server may take the CPU for each request at once.
        """
        idle, payments, queue = self.pool.idle, self._payments, self._queue
        is_closed = self._assignment.times is None
        while idle and not self._is_stopped:
            if payments or queue:
                request = payments.popleft() if payments else queue.popleft()
                if request.state is _QUEUED:
                    self._send(request, idle.popleft())
            elif is_closed and self._admitted < self._assignment.buyers:
                now = time.monotonic()
                if not self._started_at <= now < self._ends_at:
                    return
                self._admit(now, now)
            else:
                return

    def stop(self) -> None:
        """Admit no more buyers and resume no session; cancel what is not answered soon."""
        self._is_stopped = True
        self._queue.clear()
        self._payments.clear()
        self._loop.call_at(time.monotonic() + _GRACE_S, self._cancel_all)

    def close(self) -> None:
        """Disconnect."""
        for cancel in (*self._cancels.values(), *self._late_cancels):
            cancel.close()
        self.pool.close()

    def _more_to_admit(self) -> bool:
        return self._admitted < self._assignment.buyers and time.monotonic() < self._ends_at

    def _on_arrival(self) -> None:
        """Open loop: admit the buyers whose time has come, whatever happened to those before them."""
        times = self._assignment.times or ()
        last = min(self._admitted + _ADMITTED_AT_ONCE, len(times))
        now = time.monotonic()
        while self._admitted < last and self._started_at + times[self._admitted] <= now:
            self._admit(self._started_at + times[self._admitted], now)
        if self._admitted < len(times) and not self._is_stopped:
            self._loop.call_at(self._started_at + times[self._admitted], self._on_arrival)

    def _prepare(self) -> Iterator[list[Request]]:
        """The first requests of each buyer, in the order of arrival."""
        worker, workers = self._assignment.worker, self._assignment.workers
        numbers = iter(range(worker, worker + self._assignment.buyers * workers, workers))
        ahead = max(1, _AHEAD // max(kind.at_once for kind in self._assignment.workload.kinds.values()))
        while prepared := list(map(self._population.admit, islice(numbers, ahead))):
            yield from prepared

    def _admit(self, scheduled_at: float, now: float) -> None:
        self._admitted += 1
        self._active += 1
        for request in next(self._arrivals):
            self._enqueue(request, scheduled_at, now)

    def _enqueue(self, request: Request, scheduled_at: float, now: float) -> None:
        request.enqueue(scheduled_at, now)
        self._recorder.requests_queued += 1
        if request.patience_s is not None:
            over_at = scheduled_at + request.patience_s  # a buyer waits since the plan, not since the worker is there
            if over_at <= now:
                self._on_patience_over(request)
                return
            self._loop.call_at(over_at, self._on_patience_over, request)
        (self._queue if request.call is _RESERVE else self._payments).append(request)

    def _resume(self, before: Request, scheduled_at: float, now: float) -> None:
        """Resume the session of a request that has ended, or whose pause is over, at the instant planned for that."""
        if self._is_stopped:
            return
        step = next(before.session, None)
        while step == 0:  # no pause
            step = next(before.session, None)
        if step is None:
            self._leave(before.buyer)
        elif isinstance(step, Request):
            step.session = before.session
            self._enqueue(step, scheduled_at, now)
        else:
            self._loop.call_at(scheduled_at + step, self._on_pause_over, before, scheduled_at + step)

    def _on_pause_over(self, before: Request, scheduled_at: float) -> None:
        self._resume(before, scheduled_at, time.monotonic())

    def _leave(self, buyer: Buyer) -> None:
        buyer.sessions -= 1
        if not buyer.sessions:
            self._active -= 1
            self._recorder.buyers_done += 1

    def _send(self, request: Request, connection: RawConnection) -> None:
        self._under_way[connection] = request
        name = request.statement
        if name not in connection.sent_statements:
            request.is_first_call = True
            connection.sent_statements.add(name)
        measure = self._assignment.measure
        if measure is not None and name == _MEASURED:
            self._until_measured -= 1
            if not self._until_measured:
                self._until_measured = measure.every
                request.send(connection, connection.send_measured(measure, request.parameters))
                return
        request.send(connection, connection.send(name, request.parameters))

    def _on_answer(self, connection: RawConnection, answer: Row | Failure) -> None:
        request = self._under_way.pop(connection)
        result = self._result(request, connection, answer)
        if not connection.is_open:
            self._forget_cancel(connection)
        elif connection not in self._cancels:  # else it is used again when that has arrived: it would hit the next call
            self.pool.release(connection)
        self._end(request, result)

    def _result(self, request: Request, connection: RawConnection, answer: Row | Failure) -> Result:
        at = self._loop.woke_at
        if isinstance(answer, Failure):
            connection.notices = None
            return self._failed(request, answer, at)
        if connection.notices is None:
            return Result(decode_outcome(answer), at, answer)
        measure = cast("Measure", self._assignment.measure)
        depth, connection.notices = measure.depth(answer, connection.notices), None
        row = measure.answer(answer)
        return Result(decode_outcome(row), at, row, depth)

    def _failed(self, request: Request, failure: Failure, at: float) -> Result:
        error = redact(failure.message).splitlines()[0]
        if is_unprepared(error):
            error = str(explain(error, self._assignment.url))
        if failure.is_lost:
            return Result("unknown", at, phase=Phase.CALL_SENT, sqlstate=failure.sqlstate, error=error)
        timed_out = failure.sqlstate == _CANCELLED and request.is_timed_out and not self._is_stopped
        outcome = "timed_out" if timed_out else "error"
        return Result(outcome, at, phase=Phase.ANSWERED, sqlstate=failure.sqlstate, error=error)

    def _end(self, request: Request, result: Result) -> None:
        request.end(result)
        self._recorder.add(request)
        self._resume(request, result.at, result.at)

    def _on_patience_over(self, request: Request) -> None:
        if self._is_stopped:
            return
        if request.state is RequestState.SENT:
            request.is_timed_out = True
            self._cancel(cast("RawConnection", request.connection))
        elif request.state is RequestState.QUEUED:
            error = "no connection was free in time"
            self._end(request, Result("gave_up", time.monotonic(), phase=Phase.WAITING, error=error))

    def _check_answers(self) -> None:
        """Give up the connections that have not answered for too long, and have the server cancel their calls."""
        timeout_s, now = self._assignment.answer_timeout_s, time.monotonic()
        late = [one for one, request in self._under_way.items() if now - (request.sent_at or now) > timeout_s]
        late += [one for one, cancel in self._cancels.items() if now - cancel.sent_at > timeout_s and one not in late]
        for connection in late:
            if connection not in self._cancels:
                self._cancel(connection)
            connection.abandon(f"no answer within {timeout_s:g} s")
            self._forget_cancel(connection)
        self._loop.call_at(now + min(timeout_s / 10, 1.0), self._check_answers)

    def _cancel(self, connection: RawConnection) -> None:
        self._cancels[connection] = connection.cancel(lambda cancel: self._on_cancelled(connection, cancel))

    def _on_cancelled(self, connection: RawConnection, cancel: CancelRequest) -> None:
        if self._cancels.get(connection) is not cancel:
            self._late_cancels.discard(cancel)
            return
        del self._cancels[connection]
        if connection not in self._under_way:
            self.pool.release(connection)

    def _forget_cancel(self, connection: RawConnection) -> None:
        """The session of a lost connection is gone, and a cancel that is still under way can hit no other."""
        if cancel := self._cancels.pop(connection, None):
            self._late_cancels.add(cancel)

    def _cancel_all(self) -> None:
        for connection in self._under_way.keys() - self._cancels.keys():
            self._cancel(connection)
