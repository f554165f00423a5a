"""A call that a buyer wants made, on its way to its answer, and what is to be told of it then."""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from booking_sim.records.attempts import Call, Phase

if TYPE_CHECKING:
    from booking_sim.load_generator.worker.journey import Journey
    from booking_sim.load_generator.worker.link import Link, Row
    from booking_sim.skip_depth.measure import Depth


@dataclass(slots=True)
class Buyer:
    """One simulated person.

    Attributes:
        number: From 0, in the order in which they come.
        kind: The name of its kind.
        event_id: The event that it wants.
        hands: Its journeys that are not over: more than one if it tries several times at once.
        attempts: Its calls so far.
    """

    number: int
    kind: str
    event_id: int
    hands: int
    attempts: int = 0


class Wish:
    """One call of a buyer. Whoever has it made fills in what happens to it; times are instants of `time.monotonic()`.

    Args:
        buyer: Who wants it.
        call: What.
        parameters: As text, in the order in which the call's SQL has them.
        patience_s: How long the buyer waits for the answer; None: as long as it takes.
        intent_id: The intent of the hold that it is about; None of a reserve.
    """

    journey: "Journey"
    """Who goes on when it is over."""
    scheduled_at = inf
    """When it was planned."""
    wanted_at = inf
    """When a connection was asked for."""
    link: "Link | None" = None
    """The connection that it was sent on, if it was."""
    sent_at: float | None = None
    """When it was."""
    is_measured = False
    """Whether its skip depth is."""
    cancelling: Future[None] | None = None
    """The cancel that is on its way to the server."""
    answered_at = inf
    """When it had its answer, or failed."""
    outcome: str | None = None
    """What came of it, as in Attempt; None as long as it is not over."""
    row: "Row" = ()
    """The answer of the database, if it was none of its errors."""
    sqlstate: str | None = None
    """Of such an error."""
    error: str | None = None
    """What went wrong, in one line."""
    phase: Phase | None = None
    """How far it had come then."""
    depth: "Depth | None" = None
    """Its skip depth."""

    def __init__(
        self,
        buyer: Buyer,
        call: Call,
        parameters: Sequence[bytes],
        patience_s: float | None,
        intent_id: int | None = None,
    ) -> None:
        self.buyer = buyer
        self.call = call
        self.parameters = parameters
        self.patience_s = patience_s
        self.intent_id = intent_id
        buyer.attempts += 1
        self.attempt = buyer.attempts

    def again(self) -> "Wish":
        """The same once more."""
        return Wish(self.buyer, self.call, self.parameters, self.patience_s, self.intent_id)
