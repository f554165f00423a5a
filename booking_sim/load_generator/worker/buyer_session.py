"""What one buyer does, from arriving to leaving: a generator of requests and pauses.

It knows nothing of connections and clocks. The dispatcher sends each request, waits out each pause, and resumes it.
"""

from collections.abc import Generator, Iterator
from itertools import count
from typing import NamedTuple, cast

from booking_sim.load_generator.worker.decoding import decode_intent
from booking_sim.load_generator.worker.request import Buyer, Request, Session
from booking_sim.load_generator.worker.workload import Workload
from booking_sim.records.attempts import Call
from booking_sim.scenario.choices import Choice
from booking_sim.scenario.draws import Draws, Purpose
from booking_sim.scenario.kinds import BuyerKind, Payment

_FIRST_WAIT_S = 0.01
_LONGEST_WAIT_S = 1.0


class _Rules(NamedTuple):
    """What is the same for every session of a kind of buyers, so that it is not worked out for each."""

    quantities: Choice[int]
    quantity: int | None
    """None: drawn for each session."""
    payment: Payment | None
    """None: drawn for each session."""
    patience_s: float | None
    """None: without limit."""

    @classmethod
    def of(cls, kind: BuyerKind, workload: Workload) -> "_Rules":
        quantities = kind.quantities or Choice.of([workload.quantity], [1.0])
        payments = kind.payments
        return cls(
            quantities,
            quantities.values[0] if quantities.is_fixed else None,
            payments.values[0] if payments.is_fixed else None,
            None if kind.patience is None else kind.patience.total_seconds() / workload.time_scale,
        )


class Population:
    """All buyers who may arrive. The same seed gives each buyer the same behaviour, whichever worker plays it.

    Args:
        workload: What they have in common.
    """

    def __init__(self, workload: Workload) -> None:
        self._workload = workload
        self._names = Choice.of(workload.kinds, [kind.share for kind in workload.kinds.values()])
        self._event_ids = Choice.of(workload.event_ids, [1.0] * len(workload.event_ids))
        self._only_name = self._names.values[0] if self._names.is_fixed else None
        self._only_event_id = self._event_ids.values[0] if self._event_ids.is_fixed else None
        self._rules = {name: _Rules.of(kind, workload) for name, kind in workload.kinds.items()}
        self._events = {event_id: (b"%d" % event_id, b"event %d" % event_id) for event_id in workload.event_ids}
        self._hold = f"{workload.hold_s:.6f} s".encode()

    def admit(self, number: int) -> list[Request]:
        """Admit a buyer, by its number.

        Returns:
            The first request of each of its sessions.
        """
        draws = Draws(self._workload.seed, number)
        name = self._only_name or self._names.draw(draws, Purpose.KIND)
        event_id = self._only_event_id or self._event_ids.draw(draws, Purpose.EVENT)
        kind = self._workload.kinds[name]
        buyer = Buyer(number, name, event_id, kind.at_once)
        return [self._begin(buyer, kind, draws, session_no) for session_no in range(kind.at_once)]

    def _begin(self, buyer: Buyer, kind: BuyerKind, draws: Draws, session_no: int) -> Request:
        session = self._session(buyer, kind, draws, session_no)
        request = cast("Request", next(session))
        request.session = session
        return request

    def _session(self, buyer: Buyer, kind: BuyerKind, draws: Draws, session_no: int) -> Session:
        """Hold tickets, think, and pay, or not. All is drawn first, so that no answer can change what is drawn."""
        workload = self._workload
        rules = self._rules[buyer.kind]
        quantity = rules.quantity or rules.quantities.draw(draws, Purpose.QUANTITY, session_no)
        payment = rules.payment or kind.payments.draw(draws, Purpose.PAYMENT, session_no)
        patience_s = rules.patience_s
        think_s = (
            0.0 if payment is Payment.NEVER else kind.think.draw(draws, Purpose.THINK, session_no) / workload.time_scale
        )
        retry_no = count()
        user_id = b"buyer %d" % buyer.number
        event_id, key = self._events[buyer.event_id]
        if session_no:  # a request key for each session: a request that is repeated never takes another ticket
            key = b"%b, session %d" % (key, session_no)
        parameters: tuple[bytes, ...] = event_id, user_id, b"%d" % quantity, self._hold, key
        request = Request(buyer, Call.RESERVE, parameters, patience_s, quantity, session_no=session_no)
        yield request
        if request.result.outcome != "held":
            request = yield from self._repeat(request, kind, draws, session_no, retry_no)
        if request.result.outcome != "held" or payment is Payment.NEVER:
            return
        yield think_s + (workload.hold_s if payment is Payment.LATE else 0.0)
        call, intent_id = Call.RELEASE if payment is Payment.FAILS else Call.CONFIRM, decode_intent(request.result.row)
        parameters = b"%d" % intent_id, user_id
        request = Request(buyer, call, parameters, patience_s, quantity, intent_id=intent_id, session_no=session_no)
        yield request
        yield from self._repeat(request, kind, draws, session_no, retry_no)

    def _repeat(
        self, request: Request, kind: BuyerKind, draws: Draws, session_no: int, retry_no: Iterator[int]
    ) -> Generator[Request | float, None, Request]:
        """Repeat a request until its answer is final, or as often as its kind of buyer does; the last one is returned.

        After `contended`, a lost answer, or an error that the strategy names, the buyer waits: twice as long each time,
        plus or minus half of it. After `sold_out` it refreshes.
        """
        workload = self._workload
        tries, refreshes, wait_s = kind.tries, kind.refreshes, _FIRST_WAIT_S
        while True:
            result = request.result
            if result.outcome == "sold_out" and refreshes:
                refresh_no = kind.refreshes - refreshes
                refreshes -= 1
                yield kind.refresh_after.draw(draws, Purpose.REFRESH, session_no, refresh_no) / workload.time_scale
            elif tries > 1 and (result.outcome in {"contended", "unknown"} or result.sqlstate in workload.retry):
                tries -= 1
                yield (0.5 + draws.unit(Purpose.RETRY, session_no, next(retry_no))) * wait_s
                wait_s = min(2 * wait_s, _LONGEST_WAIT_S)
            else:
                return request
            request = request.again()
            yield request
