"""What one buyer does, from coming to leaving: a generator of calls and pauses, that is told each answer.

It knows nothing of connections and clocks: whatever plays it sends each answer in, and goes on after each pause.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

from booking_sim.attempts import Call
from booking_sim.kinds import Kind, Payment

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


@dataclass(slots=True)
class Buyer:
    """One simulated person.

    Attributes:
        number: From 0, in the order in which they come.
        kind: The name of its kind.
        event_id: The event that it wants.
        attempts: Its calls so far.
        hands: Its journeys that are not over: more than one if it tries several times at once.
    """

    number: int
    kind: str
    event_id: int
    attempts: int = 0
    hands: int = 0


@dataclass(slots=True)
class Ask:
    """A call that a buyer wants made.

    Attributes:
        buyer: Who.
        call: What.
        parameters: As text, in the order in which the call's SQL has them.
        patience_s: How long the buyer waits for the answer; None: as long as it takes.
        intent_id: The intent of the hold that it is about; None of a reserve.
    """

    buyer: Buyer
    call: Call
    parameters: Sequence[bytes]
    patience_s: float | None
    intent_id: int | None


class Answer(NamedTuple):
    """What came of a call; all but the outcome belong to a hold, and the SQLSTATE to an error."""

    outcome: str
    """As in Attempt."""
    intent_id: int | None = None
    ticket_nos: tuple[int, ...] | None = None
    hold_expires_at: int | None = None
    """Microseconds since 1970, by the database's clock."""
    sqlstate: str | None = None


Journey = Generator[Ask | float, Any, None]
"""Yields a call and is sent its answer, or seconds to pause and is sent None."""


class Cast:
    """Everybody who may come. The same seed gives each buyer the same life, whoever plays it."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._names = list(terms.kinds)
        self._shares = [kind.share for kind in terms.kinds.values()]
        self._hold = f"{terms.hold_s:.6f} s".encode()

    def enter(self, number: int) -> tuple[Buyer, list[Journey]]:
        """Let a buyer come: who it is, and a journey for each hand that it tries with."""
        terms = self._terms
        dice = _Dice(terms.seed, number, 0)
        name = self._names[0] if len(self._names) == 1 else dice().choices(self._names, self._shares)[0]
        event_id = terms.event_ids[0] if len(terms.event_ids) == 1 else dice().choice(terms.event_ids)
        kind = terms.kinds[name]
        buyer = Buyer(number, name, event_id, hands=kind.at_once)
        others = [self._journey(buyer, kind, _Dice(terms.seed, number, hand), hand) for hand in range(1, kind.at_once)]
        return buyer, [self._journey(buyer, kind, dice, 0), *others]

    def _journey(self, buyer: Buyer, kind: Kind, dice: "_Dice", hand: int) -> Journey:
        """Hold tickets, think, and pay, or not. What is drawn here is drawn before anything can have an influence."""
        terms = self._terms
        quantity = terms.quantity if kind.quantity is None else kind.draw_quantity(dice)
        payment = kind.draw_payment(dice)
        user_id = b"buyer %d" % buyer.number
        # One request for each hand: asking again, when the answer was lost, never takes another ticket.
        key = b"event %d" % buyer.event_id if hand == 0 else b"event %d, hand %d" % (buyer.event_id, hand)
        think_s = 0.0 if payment is Payment.NEVER else kind.think.draw(dice) / terms.time_scale
        answer = yield from self._ask(
            buyer, kind, dice, Call.RESERVE, (b"%d" % buyer.event_id, user_id, b"%d" % quantity, self._hold, key)
        )
        if answer.outcome != "held" or payment is Payment.NEVER:
            return
        yield think_s + (terms.hold_s if payment is Payment.LATE else 0.0)
        call = Call.RELEASE if payment is Payment.FAILS else Call.CONFIRM
        intent_id = answer.intent_id
        yield from self._ask(buyer, kind, dice, call, (b"%d" % (intent_id or 0), user_id), intent_id=intent_id)

    def _ask(
        self,
        buyer: Buyer,
        kind: Kind,
        dice: "_Dice",
        call: Call,
        parameters: Sequence[bytes],
        *,
        intent_id: int | None = None,
    ) -> Generator[Ask | float, Any, Answer]:
        """Ask until the answer is final, or as often as such a buyer does.

        After `contended`, a lost answer, or an error that the strategy knows, it waits, twice as long each time and
        give or take a half, and asks again; after `sold_out`, as often as it refreshes.
        """
        terms = self._terms
        patience_s = None if kind.patience is None else kind.patience.total_seconds() / terms.time_scale
        ask = Ask(buyer, call, parameters, patience_s, intent_id)
        tries, refreshes, wait_s = kind.tries, kind.refreshes, _FIRST_WAIT_S
        while True:
            answer: Answer = yield ask
            if answer.outcome == "sold_out" and refreshes:
                refreshes -= 1
                yield kind.refresh_after.draw(dice) / terms.time_scale
            elif tries > 1 and (answer.outcome in {"contended", "unknown"} or answer.sqlstate in terms.retry):
                tries -= 1
                yield dice().uniform(0.5, 1.5) * wait_s
                wait_s = min(2 * wait_s, _LONGEST_WAIT_S)
            else:
                return answer


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
