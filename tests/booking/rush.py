"""Buyers who come at once over many connections, and what can be held against the answers it got."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from itertools import count
from time import monotonic

from inventory import stock, violations
from psycopg import AsyncConnection

from booking_sim.booking import reserve
from booking_sim.models import Outcome, Reservation

CONNECTIONS = 200


@dataclass(frozen=True)
class Answer:
    """The last answer to one buyer: contended is none, who gets it asks again."""

    quantity: int
    sent: float
    answered: float
    reservation: Reservation

    @property
    def held(self):
        return self.reservation.outcome is Outcome.HELD


def rush(url, event_id, quantities):
    """Let one buyer for each quantity reserve, all connections starting together; return each one's answer."""
    return asyncio.run(_rush(url, event_id, quantities))


async def _rush(url, event_id, quantities):
    buyers = zip(count(), quantities, strict=False)
    start = asyncio.Barrier(CONNECTIONS)

    async def serve():
        async with await AsyncConnection.connect(url, autocommit=True) as connection:
            await start.wait()
            return [await _buy(connection, event_id, f"buyer {number}", quantity) for number, quantity in buyers]

    served = await asyncio.gather(*(serve() for _ in range(CONNECTIONS)))
    return [answer for answers in served for answer in answers]


async def _buy(connection, event_id, user_id, quantity):
    sent = monotonic()
    while True:
        reservation = await reserve(connection, event_id, user_id, quantity)
        if reservation.outcome is not Outcome.CONTENDED:
            return Answer(quantity, sent, monotonic(), reservation)


def complaints(conn, event_id, capacity, answers):
    """Return in words every broken promise that shows in the answers or in the tables."""
    held = [answer for answer in answers if answer.held]
    given = Counter(ticket for answer in held for ticket in answer.reservation.ticket_nos)
    left = capacity - sum(answer.quantity for answer in held)
    found = [f"ticket {ticket} was given to {times} buyers" for ticket, times in given.items() if times > 1]
    found += [
        f"{answer.reservation} has not {answer.quantity} tickets"
        for answer in held
        if len(answer.reservation.ticket_nos) != answer.quantity
    ]
    found += [
        f"{answer.quantity} tickets were refused when as many were left"
        for answer in answers
        if not answer.held and (left >= answer.quantity or _taken_before(answer, held) <= capacity - answer.quantity)
    ]
    if stock(conn, event_id).get("available", 0) != left:
        found.append(f"{left} tickets should be left, the tables have {stock(conn, event_id)}")
    return found + violations(conn)


def _taken_before(refusal, held):
    """The most tickets that can have been taken when a refusal was answered: those that were asked for before."""
    return sum(answer.quantity for answer in held if answer.sent < refusal.answered)
