"""Tickets are found wherever they are: never held, given back, or in an overdue hold, also for groups."""

from datetime import timedelta

import pytest
from costs import seconds_of
from inventory import forget, free_one, stock, violations

from booking_sim.booking import create_event, release, reserve
from booking_sim.models import Outcome

pytestmark = pytest.mark.core

CAPACITY = 4000
OVERDUE = timedelta(microseconds=1)


def begin_at(conn, number):
    """Say where the next buyer begins: the hint, modulo the capacity."""
    conn.execute("select setval('booking.places', %s, false)", [number])


def test_a_group_gets_what_is_left_wherever_it_is(conn):
    event_id = create_event(conn, "on sale", CAPACITY)
    first = reserve(conn, event_id, "ann", 2)
    release(conn, first.intent_id, "ann")
    reserve(conn, event_id, "cid", 3, hold_for=OVERDUE)
    assert reserve(conn, event_id, "ben", CAPACITY).outcome is Outcome.HELD
    assert reserve(conn, event_id, "cid").outcome is Outcome.SOLD_OUT
    assert violations(conn) == []


def test_a_group_refused_leaves_what_is_left_to_others(conn):
    event_id = create_event(conn, "on sale", CAPACITY)
    assert reserve(conn, event_id, "ann", CAPACITY - 3).outcome is Outcome.HELD
    assert reserve(conn, event_id, "ben", 4).outcome is Outcome.SOLD_OUT
    outcomes = [reserve(conn, event_id, f"user {number}").outcome for number in range(4)]
    assert outcomes == [Outcome.HELD] * 3 + [Outcome.SOLD_OUT]
    assert violations(conn) == []


@pytest.mark.parametrize("left", [1, 255, 256, 257, CAPACITY])
def test_the_last_ticket_is_found_wherever_it_is_and_wherever_the_search_begins(conn, left):
    event_id = create_event(conn, "on sale", CAPACITY)
    everything = reserve(conn, event_id, "ann", CAPACITY)
    free_one(conn, event_id, left)
    assert everything.outcome is Outcome.HELD
    for begin in (CAPACITY + 1, 2 * CAPACITY - 10, 2 * CAPACITY + 2000):
        begin_at(conn, begin)
        with conn.transaction(force_rollback=True):
            assert reserve(conn, event_id, "ben").ticket_nos == (left,)
    assert reserve(conn, event_id, "ben", 2).outcome is Outcome.SOLD_OUT


@pytest.mark.parametrize("quantity", [2, 3, 5, 8])
def test_overdue_holds_smaller_than_the_group_are_taken_over_whole(conn, quantity):
    """Wherever the search begins, no ticket stays behind in a hold that has ended."""
    for begin in range(1, 25):
        event_id = create_event(conn, "on sale", 20)
        for number in range(8):
            reserve(conn, event_id, f"late {number}", hold_for=OVERDUE)
        begin_at(conn, 1000 * quantity + 25 * begin + begin)
        assert reserve(conn, event_id, "group", quantity).outcome is Outcome.HELD
    assert violations(conn) == []


def test_a_locked_ticket_near_the_hint_does_not_hide_the_others(conn, rival):
    """One ticket is in an open transaction, and 90 are free: wherever a buyer begins, it gets one."""
    event_id = create_event(conn, "on sale", 100)
    for number in range(5):
        reserve(conn, event_id, f"other {number}")
    with rival.transaction(force_rollback=True):
        (locked,) = reserve(rival, event_id, "idle").ticket_nos
        taken = set()
        for begin in range(200, 300):
            begin_at(conn, begin)
            with conn.transaction(force_rollback=True):
                answer = reserve(conn, event_id, "ben")
                assert answer.outcome is Outcome.HELD, (begin, locked)
                taken.update(answer.ticket_nos)
    assert locked not in taken
    assert stock(conn, event_id) == {"held": 5, "available": 95}


def test_where_the_hint_has_come_to_its_end_tickets_are_found(conn):
    event_id = create_event(conn, "on sale", 1000)
    reserve(conn, event_id, "ann", 900)
    for _ in range(20):  # a search moves the hint to what it found
        begin_at(conn, 2**63 - 2)
        assert reserve(conn, event_id, "ben").outcome is Outcome.HELD


def test_a_refusal_names_no_ticket_of_a_try_that_failed(conn):
    """Somebody else finds out that it is sold out after a first try found one ticket of two."""
    event_id = create_event(conn, "on sale", 3)
    reserve(conn, event_id, "ann", 2)
    conn.execute(
        "create or replace function booking.is_searched(event_id bigint) returns boolean language plpgsql"
        " as $$ begin return booking.is_sold_out(event_id, 2, 3); end $$"
    )
    for number in range(3):
        begin_at(conn, number)
        forget(conn, "stock_checks")
        answer = conn.execute("select * from booking.reserve(%s, 'ben', 2)", [event_id]).fetchone()
        assert answer == ("sold_out", None, None, None)


@pytest.mark.parametrize("says", [True, False, None])
def test_whatever_is_said_of_other_searches_the_answers_are_right_and_in_time(conn, says):
    conn.execute(
        "create or replace function booking.is_searched(event_id bigint) returns boolean"
        f" return {'null::boolean' if says is None else says}"
    )
    event_id = create_event(conn, "on sale", CAPACITY)
    left = reserve(conn, event_id, "ann", CAPACITY).ticket_nos[-1]
    seconds = []
    for outcome in (Outcome.SOLD_OUT, Outcome.HELD):
        hold, took = seconds_of(conn, reserve, event_id, "ben")
        seconds.append(took)
        assert hold.outcome is outcome
        if outcome is Outcome.SOLD_OUT:
            free_one(conn, event_id, left)
            forget(conn, "stock_checks")
    assert hold.ticket_nos == (left,)
    assert max(seconds) < 0.25
