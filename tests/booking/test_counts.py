"""Everybody at once: exactly the tickets that there are, each to one buyer, and a refusal only where it is true."""

from itertools import cycle, islice

import pytest
from inventory import stock
from rush import complaints, rush

from booking_sim.booking import create_event

pytestmark = [pytest.mark.core, pytest.mark.usefixtures("rush_turn")]

TICKETS = 500
BUYERS = 2_000


def holds_of(conn, event_id):
    query = "select count(*), sum(quantity) from booking.booking_intents where event_id = %s and status = 'pending'"
    return conn.execute(query, [event_id]).fetchone()


@pytest.mark.parametrize(("quantity", "holds"), [(1, 500), (3, 166)])
def test_all_tickets_are_held_and_all_others_refused(database, conn, quantity, holds):
    event_id = create_event(conn, "on sale", TICKETS)
    answers = rush(database, event_id, [quantity] * BUYERS)
    assert complaints(conn, event_id, TICKETS, answers) == []
    assert len(answers) == BUYERS
    held = [answer.reservation for answer in answers if answer.held]
    assert len({reservation.intent_id for reservation in held}) == len(held) == holds
    assert len({ticket for reservation in held for ticket in reservation.ticket_nos}) == holds * quantity
    assert holds_of(conn, event_id) == (holds, holds * quantity)
    assert stock(conn, event_id).get("available", 0) == TICKETS - holds * quantity


def test_mixed_quantities_fill_the_house(database, conn):
    event_id = create_event(conn, "on sale", TICKETS)
    answers = rush(database, event_id, list(islice(cycle([4, 1, 6, 2, 3]), BUYERS)))
    assert complaints(conn, event_id, TICKETS, answers) == []
    held = [answer for answer in answers if answer.held]
    assert holds_of(conn, event_id) == (len(held), TICKETS)  # buyers of one ticket come to the end: none is left over
