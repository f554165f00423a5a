"""What the answers of many sessions say about who has which ticket, checked with each answer: one holder at a time.

Nothing is read from the tables here. A hold is known to cover its tickets from its start until `until`, both by the
database's clock, and the answers arrive in any order. A hold whose release was sent may have ended at any moment since,
so nothing is concluded from it until the release is refused: no strategy that is right is accused.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from booking_sim.contract.subject import Broken, expect
from booking_sim.models import Confirmation, Release, Reservation

FOR_EVER = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True, eq=False)
class Hold:
    """A hold that a buyer was given.

    Attributes:
        intent_id: Its intent.
        user_id: Its buyer.
        ticket_nos: Its tickets.
        start: When it began, by the database's clock: its deadline less its length.
        deadline: When it ends, if nothing ends it before.
        until: Up to when it is known to cover its tickets: its deadline; `FOR_EVER` once it is a sale; its start once
            its release was sent.
    """

    intent_id: int
    user_id: str
    ticket_nos: tuple[int, ...]
    start: datetime
    deadline: datetime
    until: datetime

    def describe(self) -> str:
        """Say whose it is and when, for people."""
        return describe(self.intent_id, self.user_id, self.start, None if self.until == FOR_EVER else self.deadline)


@dataclass(eq=False)
class Ledger:
    """The holds of one event, by ticket; used by one thread at a time.

    Attributes:
        event_id: The event.
        capacity: Its tickets.
        refusals: How many buyers were refused.
    """

    event_id: int
    capacity: int
    refusals: int = 0
    _holds: defaultdict[int, list[Hold]] = field(default_factory=lambda: defaultdict(list))

    def held(self, answer: Reservation, user_id: str, quantity: int, hold_for: timedelta) -> Hold:
        """Record a reservation that was answered with a hold.

        Raises:
            Broken: Not as many tickets as requested, or one of them has another holder.
        """
        expect("tickets of a hold", len(set(answer.ticket_nos)), quantity)
        if wrong := [ticket_no for ticket_no in answer.ticket_nos if not 1 <= ticket_no <= self.capacity]:
            raise Broken(f"a hold of ticket {wrong[0]}, of an event with {self.capacity} tickets")
        if answer.intent_id is None or answer.hold_expires_at is None:
            raise Broken(f"a hold without an intent or a deadline: {answer}")
        deadline = answer.hold_expires_at
        hold = Hold(answer.intent_id, user_id, answer.ticket_nos, deadline - hold_for, deadline, deadline)
        self._check(hold)
        for ticket_no in hold.ticket_nos:
            self._holds[ticket_no].append(hold)
        return hold

    def releasing(self, hold: Hold) -> None:
        """Record that a release is sent: from now on the hold may have ended."""
        hold.until = hold.start

    def released(self, hold: Hold, answer: Release, allowed: set[Release]) -> None:
        """Record the answer to a release.

        Raises:
            Broken: It is not one of those allowed; or the release was refused, and a ticket had another holder.
        """
        if answer not in allowed:
            raise Broken(f"release of {hold.describe()}: {answer}")
        if answer is not Release.RELEASED:
            hold.until = hold.deadline
            self._check(hold)

    def confirmed(self, hold: Hold, answer: Confirmation, allowed: set[Confirmation]) -> None:
        """Record the answer to a confirm.

        Raises:
            Broken: It is not one of those allowed; or it is a sale, and a ticket had another holder since.
        """
        if answer not in allowed:
            raise Broken(f"confirm of {hold.describe()}: {answer}")
        if answer is Confirmation.CONFIRMED:
            hold.until = FOR_EVER
            self._check(hold)

    def _check(self, hold: Hold) -> None:
        for ticket_no, other in self._others(hold):
            earlier, later = sorted((other, hold), key=lambda either: either.start)
            if later.start < earlier.until:
                raise Broken(two_holders(self.event_id, ticket_no, earlier.describe(), later.describe()))

    def _others(self, hold: Hold) -> Iterator[tuple[int, Hold]]:
        return (
            (ticket_no, other) for ticket_no in hold.ticket_nos for other in self._holds[ticket_no] if other is not hold
        )


def two_holders(event_id: int, ticket_no: int, earlier: str, later: str) -> str:
    """Say that a ticket has two holders at one instant, and which."""
    return f"ticket {ticket_no} of event {event_id} has two holders: {earlier}; {later}"


def describe(intent_id: int, user_id: str, start: datetime, end: datetime | None) -> str:
    """Say whose a hold is, and from when until when; a sale has no end."""
    until = "sold" if end is None else f"until {_moment(end)}"
    return f"intent {intent_id} of {user_id}, held at {_moment(start)}, {until}"


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%H:%M:%S.%f UTC")
