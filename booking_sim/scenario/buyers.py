"""The buyers of a scenario as arrays: who they are and what they will do, drawn for all of them at once.

A surge's workers draw the same numbers buyer by buyer (`booking_sim.scenario.draws`); both give the same buyers.
"""

from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from booking_sim.errors import SettingError
from booking_sim.scenario.choices import Choice
from booking_sim.scenario.draws import Purpose, mix, place, step, unit
from booking_sim.scenario.kinds import BuyerKind, Payment
from booking_sim.scenario.scenario import Scenario
from booking_sim.scenario.spans import Span

PAYMENT_KINDS = tuple(Payment)
"""What the indices in `BuyerSessions.payment` stand for."""


@attrs.frozen(eq=False, kw_only=True)
class BuyerSessions:
    """Every session of every buyer, by buyer and then by session; the arrays have one element per session.

    Attributes:
        buyer: Its buyer's number, from 0, in the order in which buyers come.
        session: Its number among the sessions of its buyer, from 0.
        kind: The index of its buyer's kind in `scenario.kinds`.
        event: The index of the event that its buyer wants, from 0.
        quantity: Tickets that it requests.
        payment: How its payment ends, as an index in PAYMENT_KINDS.
        think_s: From the hold to the payment, in seconds of the run; if late, from the hold's deadline. 0 if it never
            pays.
        planned_s: When it comes, in seconds of the run; None where buyers come as fast as they are answered.
    """

    buyer: NDArray[np.int64]
    session: NDArray[np.int64]
    kind: NDArray[np.int64]
    event: NDArray[np.int64]
    quantity: NDArray[np.int64]
    payment: NDArray[np.int64]
    think_s: NDArray[np.float64]
    planned_s: NDArray[np.float64] | None

    def __len__(self) -> int:
        return len(self.buyer)


def draw_buyers(scenario: Scenario) -> BuyerSessions:
    """Draw the buyers of a scenario.

    Args:
        scenario: What is to be simulated; how many come must be known.

    Raises:
        SettingError: Nothing says how many buyers come.

    Example:
        How many tickets do they request in all?

            from booking_sim import scenarios
            from booking_sim.scenario.buyers import draw_buyers

            draw_buyers(scenarios.find("club_gig")).quantity.sum()
    """
    if scenario.buyer_count is None:
        raise SettingError("duration alone does not say how many buyers come: give buyers or arrivals too.")
    kinds = [*scenario.kinds.values()]
    everybody = np.arange(scenario.buyer_count)
    shares = Choice.of(range(len(kinds)), [kind.share for kind in kinds])
    kind_of = _choose(shares, scenario.seed, everybody, 0, Purpose.KIND)
    events = Choice.of(range(scenario.events), [1.0] * scenario.events)
    event_of = _choose(events, scenario.seed, everybody, 0, Purpose.EVENT)

    sessions = np.array([kind.at_once for kind in kinds])[kind_of]
    buyer = np.repeat(everybody, sessions)
    first = np.cumsum(sessions) - sessions
    session = np.arange(len(buyer)) - np.repeat(first, sessions)
    kind = kind_of[buyer]
    quantity = np.full(len(buyer), scenario.quantity)
    payment, think_s = np.empty_like(buyer), np.zeros(len(buyer))
    for number, each in enumerate(kinds):
        who = np.flatnonzero(kind == number)
        own = scenario.seed, buyer[who], session[who]
        if each.quantities is not None:
            quantity[who] = _choose(each.quantities, *own, Purpose.QUANTITY)
        payment[who] = _choose(_numbered(each), *own, Purpose.PAYMENT)
        think_s[who] = _lengths(each.think, *own, Purpose.THINK) / scenario.time_scale
    think_s[payment == PAYMENT_KINDS.index(Payment.NEVER)] = 0
    schedule = scenario.schedule
    return BuyerSessions(
        buyer=buyer,
        session=session,
        kind=kind,
        event=event_of[buyer],
        quantity=quantity,
        payment=payment,
        think_s=think_s,
        planned_s=None if schedule is None else schedule.times[buyer],
    )


def uniforms(
    seed: int, buyer: NDArray[np.int64], session: NDArray[np.int64] | int, purpose: Purpose, count: int = 0
) -> NDArray[np.float64]:
    """Draw a number in [0, 1) for each session: those that `Draws.unit` gives, bit for bit.

    Args:
        seed: The scenario's.
        buyer: The buyers' numbers, from 0.
        session: The sessions' numbers, from 0; one for each buyer, or the same for all.
        purpose: What for.
        count: Which draw for this purpose, from 0.
    """
    # The functions for one buyer also take unsigned arrays: their arithmetic is that of 64 bits.
    buyers: Any = np.asarray(buyer, dtype=np.uint64)
    sessions: Any = np.atleast_1d(np.asarray(session, dtype=np.uint64))
    own = mix(step(mix(step(0, seed)), buyers))
    return np.asarray(unit(mix(step(own, place(sessions, int(purpose), count)))))


def _numbered(kind: BuyerKind) -> Choice[int]:
    """How the payment ends, as an index in PAYMENT_KINDS."""
    return Choice(tuple(map(PAYMENT_KINDS.index, kind.payments.values)), kind.payments.bounds)


def _choose(choice: Choice[int], seed: int, buyer: NDArray[np.int64], session: Any, purpose: Purpose) -> Any:
    if choice.is_fixed:
        return np.full(len(buyer), choice.values[0])
    drawn = uniforms(seed, buyer, session, purpose)
    return np.array(choice.values)[np.searchsorted(choice.bounds, drawn, side="right")]


def _lengths(span: Span, seed: int, buyer: NDArray[np.int64], session: Any, purpose: Purpose) -> NDArray[np.float64]:
    """Lengths of time in seconds, as `Span.at` gives them."""
    least = span.least.total_seconds()
    if span.is_fixed:
        return np.full(len(buyer), least)
    drawn = uniforms(seed, buyer, session, purpose)
    if span.most is None:
        return -least * np.log1p(-drawn)
    return least + (span.most.total_seconds() - least) * drawn
