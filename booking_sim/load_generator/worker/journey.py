"""What one buyer does, from coming to leaving: a generator of calls and pauses.

It knows nothing of connections and clocks: whatever plays it has each call made, waits out each pause, and goes on.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from random import Random
from typing import cast

from booking_sim.load_generator.worker.decoding import decode_intent
from booking_sim.load_generator.worker.wish import Buyer, Wish
from booking_sim.records.attempts import Call
from booking_sim.scenario.kinds import Kind, Payment

_FIRST_WAIT_S = 0.01
_LONGEST_WAIT_S = 1.0
_BITS = 32


@dataclass(frozen=True, slots=True)
class Terms:
    """What all buyers of a surge have in common.

    Attributes:
        kinds: By name.
        event_ids: The events, of which each buyer wants one.
        quantity: Tickets that each asks for, unless its kind says otherwise.
        hold_s: How long a hold lasts, in seconds of the run.
        time_scale: How many seconds of a buyer's life pass in one of the run.
        retry: SQLSTATEs after which the strategy wants to be asked again.
        seed: Decides what is drawn.
    """

    kinds: dict[str, Kind]
    event_ids: Sequence[int]
    quantity: int
    hold_s: float
    time_scale: float
    retry: Sequence[str]
    seed: int


Journey = Generator[Wish | float, None, None]
"""Yields a call, and goes on when it is over, or seconds to pause."""


class Cast:
    """Everybody who may come. The same seed gives each buyer the same life, whoever plays it."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._names = list(terms.kinds)
        self._shares = [kind.share for kind in terms.kinds.values()]
        self._events = {event_id: (b"%d" % event_id, b"event %d" % event_id) for event_id in terms.event_ids}
        self._hold = f"{terms.hold_s:.6f} s".encode()

    def enter(self, number: int) -> list[Wish]:
        """Let a buyer come: what it wants first, with each hand."""
        terms = self._terms
        dice = _Dice(terms.seed, number, 0)
        name = self._names[0] if len(self._names) == 1 else dice().choices(self._names, self._shares)[0]
        event_id = terms.event_ids[0] if len(terms.event_ids) == 1 else dice().choice(terms.event_ids)
        kind = terms.kinds[name]
        buyer = Buyer(number, name, event_id, kind.at_once)
        first = self._begin(buyer, kind, dice, 0)
        hands = range(1, kind.at_once)
        return [first, *(self._begin(buyer, kind, _Dice(terms.seed, number, hand), hand) for hand in hands)]

    def _begin(self, buyer: Buyer, kind: Kind, dice: "_Dice", hand: int) -> Wish:
        journey = self._journey(buyer, kind, dice, hand)
        wish = cast("Wish", next(journey))
        wish.journey = journey
        return wish

    def _journey(self, buyer: Buyer, kind: Kind, dice: "_Dice", hand: int) -> Journey:
        """Hold tickets, think, and pay, or not. What is drawn here is drawn before anything can have an influence."""
        terms = self._terms
        quantity = terms.quantity if kind.quantity is None else kind.draw_quantity(dice)
        payment = kind.draw_payment(dice)
        patience_s = None if kind.patience is None else kind.patience.total_seconds() / terms.time_scale
        think_s = 0.0 if payment is Payment.NEVER else kind.think.draw(dice) / terms.time_scale
        user_id = b"buyer %d" % buyer.number
        event_id, key = self._events[buyer.event_id]
        if hand:  # one request for each: asking again, when the answer was lost, never takes another ticket
            key = b"%b, hand %d" % (key, hand)
        wish = Wish(buyer, Call.RESERVE, (event_id, user_id, b"%d" % quantity, self._hold, key), patience_s)
        yield wish
        if wish.outcome != "held":
            wish = yield from self._insist(wish, kind, dice)
        if wish.outcome != "held" or payment is Payment.NEVER:
            return
        yield think_s + (terms.hold_s if payment is Payment.LATE else 0.0)
        call, intent_id = Call.RELEASE if payment is Payment.FAILS else Call.CONFIRM, decode_intent(wish.row)
        wish = Wish(buyer, call, (b"%d" % intent_id, user_id), patience_s, intent_id)
        yield wish
        yield from self._insist(wish, kind, dice)

    def _insist(self, wish: Wish, kind: Kind, dice: "_Dice") -> Generator[Wish | float, None, Wish]:
        """Ask again until the answer is final, or as often as such a buyer does; the last one is returned.

        After `contended`, a lost answer, or an error that the strategy knows, it waits, twice as long each time and
        give or take a half; after `sold_out`, as often as it refreshes.
        """
        terms = self._terms
        tries, refreshes, wait_s = kind.tries, kind.refreshes, _FIRST_WAIT_S
        while True:
            if wish.outcome == "sold_out" and refreshes:
                refreshes -= 1
                yield kind.refresh_after.draw(dice) / terms.time_scale
            elif tries > 1 and (wish.outcome in {"contended", "unknown"} or wish.sqlstate in terms.retry):
                tries -= 1
                yield dice().uniform(0.5, 1.5) * wait_s
                wait_s = min(2 * wait_s, _LONGEST_WAIT_S)
            else:
                return wish
            wish = wish.again()
            yield wish


class _Dice:
    """A buyer's own chance, made when it is first needed: that takes longer than all that a simple buyer does."""

    def __init__(self, seed: int, number: int, hand: int) -> None:
        self._key = seed, number, hand
        self._random: Random | None = None

    def __call__(self) -> Random:
        if self._random is None:
            seed, number, hand = self._key
            self._random = Random(((seed << _BITS) + number << _BITS) + hand)  # noqa: S311  chance that can be repeated, and no secret
        return self._random
