"""Points about crowds: exactly the tickets that there are, each to one buyer, and nobody in the way for good."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from random import Random
from time import monotonic
from typing import Any

from psycopg import Connection

from booking_sim.booking import confirm, expire_holds, release, reserve
from booking_sim.contract.point import point
from booking_sim.contract.subject import CROWD, Broken, Stock, Subject, expect
from booking_sim.models import Outcome, Reservation

TICKETS = 3 * CROWD
SECONDS = 1.0
"""How long everything goes on at once."""


@point
def one_ticket_each(subject: Subject) -> None:
    """A crowd gets exactly the tickets that there are, each by one buyer, and all others are told sold_out."""
    event_id = subject.event(TICKETS)

    def four_buyers(connection: Connection[Any], number: int) -> list[Reservation]:
        return [subject.buy(connection, event_id, f"buyer {number}.{nth}") for nth in range(4)]

    answers = [answer for served in subject.crowd(four_buyers) for answer in served]
    _check_crowd(answers, {Outcome.HELD: TICKETS, Outcome.SOLD_OUT: CROWD})
    expect("stock", subject.stock(event_id), Stock(available=0, held=TICKETS, sold=0, pending=TICKETS))


@point
def all_or_nothing(subject: Subject) -> None:
    """Who asks for three tickets gets three or none, and a refusal changes nothing."""
    event_id = subject.event(CROWD * 3 - 2)
    answers = subject.crowd(lambda connection, number: subject.buy(connection, event_id, f"buyer {number}", 3))
    _check_crowd(answers, {Outcome.HELD: CROWD - 1, Outcome.SOLD_OUT: 1})
    expect("tickets in an answer", {len(answer.ticket_nos) for answer in answers}, {0, 3})
    left = Stock(available=1, held=3 * (CROWD - 1), sold=0, pending=CROWD - 1)
    expect("stock", subject.stock(event_id), left)
    expect("two, of the one left", subject.buy(subject.connection, event_id, "late", 2).outcome, Outcome.SOLD_OUT)
    expect("stock", subject.stock(event_id), left)
    expect("the one left", subject.buy(subject.connection, event_id, "late").outcome, Outcome.HELD)


@point
def everything_at_once(subject: Subject) -> None:
    """Reserve, confirm, release and sweep at once, with holds that expire meanwhile: no deadlock and no error.

    An error after which the strategy's file has its client ask again is none, if it goes away by that.
    """
    events = [subject.event(CROWD) for _ in range(2)]

    def shop(connection: Connection[Any], number: int) -> None:
        random = Random(number)  # noqa: S311  repeatable, not secret
        until = monotonic() + SECONDS
        while monotonic() < until:
            _visit(subject, connection, random, random.choice(events), f"buyer {number}")

    subject.crowd(shop)


def _visit(subject: Subject, connection: Connection[Any], random: Random, event_id: int, user_id: str) -> None:
    hold_for = timedelta(seconds=random.uniform(0.01, 0.2))
    answer = subject.ask(connection, reserve, event_id, user_id, random.randint(1, 3), hold_for=hold_for)
    end = random.choices(["leave", "confirm", "release", "sweep"], weights=[4, 1, 4, 2])[0]
    if answer.intent_id is not None and end == "confirm":
        subject.ask(connection, confirm, answer.intent_id, user_id)
    elif answer.intent_id is not None and end == "release":
        subject.ask(connection, release, answer.intent_id, user_id)
    elif end == "sweep":
        subject.ask(connection, expire_holds, event_id)


def _check_crowd(answers: Iterable[Reservation], expected: dict[Outcome, int]) -> None:
    """Every ticket to one buyer, and the outcomes as often as expected."""
    tickets = Counter(ticket for answer in answers for ticket in answer.ticket_nos)
    if twice := [ticket for ticket, times in tickets.items() if times > 1]:
        raise Broken(f"{len(twice)} tickets were given to more than one buyer")
    outcomes = Counter(answer.outcome for answer in answers)
    for outcome, times in expected.items():
        expect(f"buyers told {outcome}", outcomes[outcome], times)
