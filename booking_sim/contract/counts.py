"""Points about numbers: buyers at once get exactly the tickets that there are, each to one buyer, all or none."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from psycopg import Connection

from booking_sim.contract.point import point
from booking_sim.contract.subject import SESSIONS, Broken, Stock, Subject, expect
from booking_sim.models import Outcome, Reservation

TICKETS = 3 * SESSIONS


@point
def one_ticket_each(subject: Subject) -> None:
    """Buyers at once get exactly the tickets that there are, each by one, and the rest are refused with sold_out."""
    event_id = subject.event(TICKETS)

    def four_buyers(connection: Connection[Any], number: int) -> list[Reservation]:
        return [subject.buy(connection, event_id, f"buyer {number}.{nth}") for nth in range(4)]

    answers = [answer for served in subject.at_once(four_buyers) for answer in served]
    _check_answers(answers, {Outcome.HELD: TICKETS, Outcome.SOLD_OUT: SESSIONS})
    expect("stock", subject.stock(event_id), Stock(available=0, held=TICKETS, sold=0, pending=TICKETS))


@point
def all_or_nothing(subject: Subject) -> None:
    """A request for three tickets gets three or none, and a refusal changes nothing."""
    event_id = subject.event(SESSIONS * 3 - 2)
    answers = subject.at_once(lambda connection, number: subject.buy(connection, event_id, f"buyer {number}", 3))
    _check_answers(answers, {Outcome.HELD: SESSIONS - 1, Outcome.SOLD_OUT: 1})
    expect("tickets in an answer", {len(answer.ticket_nos) for answer in answers}, {0, 3})
    left = Stock(available=1, held=3 * (SESSIONS - 1), sold=0, pending=SESSIONS - 1)
    expect("stock", subject.stock(event_id), left)
    expect("two, of the one left", subject.buy(subject.connection, event_id, "late", 2).outcome, Outcome.SOLD_OUT)
    expect("stock", subject.stock(event_id), left)
    expect("the one left", subject.buy(subject.connection, event_id, "late").outcome, Outcome.HELD)


def _check_answers(answers: Iterable[Reservation], expected: dict[Outcome, int]) -> None:
    """Every ticket to one buyer, and the outcomes as often as expected."""
    tickets = Counter(ticket for answer in answers for ticket in answer.ticket_nos)
    if twice := [ticket for ticket, times in tickets.items() if times > 1]:
        raise Broken(f"{len(twice)} tickets were given to more than one buyer")
    outcomes = Counter(answer.outcome for answer in answers)
    for outcome, times in expected.items():
        expect(f"buyers with the answer {outcome}", outcomes[outcome], times)
