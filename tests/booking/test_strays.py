"""Tickets whose number went to a transaction that rolled back: found again during the sale, and at its end."""

import pytest

from booking_sim.audit import audit, holds
from booking_sim.booking import create_event, release, reserve
from booking_sim.models import Outcome

pytestmark = pytest.mark.core

CAPACITY = 4000
LAP = 1000
RETURNED = "select array(select ticket_no from booking.tickets where returned order by ticket_no)"
COMBED = "select up_to from booking.combed"


def sell(conn, event_id, tickets, group=50):
    for _ in range(tickets // group):
        assert reserve(conn, event_id, "crowd", group).outcome is Outcome.HELD


def test_a_stray_becomes_a_returned_ticket_a_lap_later(conn):
    event_id = create_event(conn, "on sale", CAPACITY)
    with conn.transaction(force_rollback=True):
        assert reserve(conn, event_id, "ann").ticket_nos == (1,)
    sell(conn, event_id, 2 * LAP)
    assert conn.execute(RETURNED).fetchone() == ([1],)
    assert LAP <= conn.execute(COMBED).fetchone()[0] < 2 * LAP
    sell(conn, event_id, CAPACITY - 2 * LAP - 50)
    assert reserve(conn, event_id, "ben", 50).outcome is Outcome.HELD
    assert reserve(conn, event_id, "cid").outcome is Outcome.SOLD_OUT
    assert holds(audit(conn))


def test_a_stray_that_is_locked_is_waited_for(conn, rival):
    event_id = create_event(conn, "on sale", CAPACITY)
    with rival.transaction(force_rollback=True):
        assert reserve(rival, event_id, "ann").ticket_nos == (1,)
        sell(conn, event_id, CAPACITY - 50)
        assert reserve(conn, event_id, "ben", 49).outcome is Outcome.HELD
        assert conn.execute(COMBED).fetchone() == (0,)
        assert reserve(conn, event_id, "cid").outcome is Outcome.CONTENDED
    assert reserve(conn, event_id, "cid").ticket_nos == (1,)
    assert reserve(conn, event_id, "dan").outcome is Outcome.SOLD_OUT
    assert holds(audit(conn))


def test_a_group_gets_what_is_left_wherever_it_is(conn):
    """Some never handed out, some given back: together they are enough, however large the group."""
    event_id = create_event(conn, "on sale", CAPACITY)
    first = reserve(conn, event_id, "ann", 2)
    release(conn, first.intent_id, "ann")
    assert reserve(conn, event_id, "ben", CAPACITY).outcome is Outcome.HELD
    assert reserve(conn, event_id, "cid").outcome is Outcome.SOLD_OUT


def test_a_group_refused_leaves_what_is_left_to_others(conn):
    event_id = create_event(conn, "on sale", CAPACITY)
    assert reserve(conn, event_id, "ann", CAPACITY - 3).outcome is Outcome.HELD
    assert reserve(conn, event_id, "ben", 4).outcome is Outcome.SOLD_OUT
    outcomes = [reserve(conn, event_id, f"user {number}").outcome for number in range(4)]
    assert outcomes == [Outcome.HELD] * 3 + [Outcome.SOLD_OUT]
    assert holds(audit(conn))
