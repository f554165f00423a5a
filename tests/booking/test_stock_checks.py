"""What a refused session wrote down refuses nobody wrongly: releases in progress, rollbacks, expiry, own releases."""

from contextlib import suppress
from datetime import timedelta

import psycopg
import pytest
from costs import rows_visited
from inventory import stock, violations

from booking_sim.booking import confirm, create_event, release, reserve
from booking_sim.database import connect
from booking_sim.models import Outcome

pytestmark = pytest.mark.core

SHORT = timedelta(milliseconds=150)
OVERDUE = timedelta(microseconds=1)


@pytest.fixture
def third(database):
    """A third autocommit connection."""
    with connect(database) as connection:
        yield connection


def held_out(conn, tickets=2, hold_for=timedelta(hours=1)):
    """An event whose tickets are all on hold, singly; its id and the intents."""
    event_id = create_event(conn, "on sale", tickets)
    return event_id, [reserve(conn, event_id, "ann", hold_for=hold_for).intent_id for _ in range(tickets)]


@pytest.mark.parametrize("commits", [True, False])
def test_a_refusal_beside_a_release_in_progress(conn, rival, third, commits):
    """The stock check is written while the release is not committed; once it is, the next buyer gets the ticket."""
    event_id, intents = held_out(conn)
    with suppress(psycopg.Rollback), rival.transaction():
        release(rival, intents[0], "ann")
        assert {reserve(conn, event_id, "bob").outcome for _ in range(3)} == {Outcome.SOLD_OUT}
        assert reserve(third, event_id, "cid").outcome is Outcome.SOLD_OUT
        if not commits:
            raise psycopg.Rollback
    assert reserve(third, event_id, "cid").outcome is (Outcome.HELD if commits else Outcome.SOLD_OUT)
    assert reserve(conn, event_id, "bob").outcome is Outcome.SOLD_OUT
    assert violations(conn) == []


@pytest.mark.parametrize("begun", ["before the refusal", "after the refusal"])
@pytest.mark.parametrize("refused_commits", [True, False])
def test_a_refusal_whose_transaction_ends_after_a_release(conn, rival, third, begun, refused_commits):
    """The refused session's transaction stays open: its finding is old when it commits, and gone if it rolls back."""
    event_id, intents = held_out(conn)
    if begun == "before the refusal":
        third.execute("begin")
        third.execute("select pg_current_xact_id()")
    with suppress(psycopg.Rollback), rival.transaction():
        assert reserve(rival, event_id, "bob").outcome is Outcome.SOLD_OUT
        release(third, intents[0], "ann")
        if begun == "before the refusal":
            third.execute("commit")
        assert reserve(conn, event_id, "cid").outcome is Outcome.HELD
        assert reserve(conn, event_id, "dan").outcome is Outcome.SOLD_OUT
        release(third, intents[1], "ann")
        if not refused_commits:
            raise psycopg.Rollback
    assert reserve(conn, event_id, "eve").outcome is Outcome.HELD
    assert reserve(conn, event_id, "fay").outcome is Outcome.SOLD_OUT
    assert violations(conn) == []


@pytest.mark.parametrize("releases", [False, True])
def test_a_refusal_in_a_transaction_that_is_older_than_what_it_read(conn, rival, releases):
    """Others commit between its begin and its refusal: its finding counts, but not for what it gives back itself."""
    event_id, intents = held_out(conn)
    with conn.transaction():
        conn.execute("select pg_current_xact_id()")
        rival.execute("select pg_current_xact_id()")
        assert reserve(conn, event_id, "bob").outcome is Outcome.SOLD_OUT
        if releases:
            release(conn, intents[0], "ann")
    if releases:
        assert reserve(rival, event_id, "cid").outcome is Outcome.HELD
    else:
        answer, rows = rows_visited(rival, reserve, event_id, "cid")
        assert answer.outcome is Outcome.SOLD_OUT
        assert rows <= 2
    assert violations(conn) == []


def test_a_ticket_released_in_the_buyers_own_transaction(conn, rival):
    """Who gave a ticket back can take another in the same transaction, whatever was written down before."""
    event_id, intents = held_out(conn, 1)
    assert reserve(rival, event_id, "bob").outcome is Outcome.SOLD_OUT
    with conn.transaction():
        release(conn, intents[0], "ann")
        assert reserve(conn, event_id, "ann").outcome is Outcome.HELD
        assert reserve(conn, event_id, "ann").outcome is not Outcome.HELD
    assert violations(conn) == []


def test_a_ticket_released_in_a_savepoint(conn, rival):
    event_id, intents = held_out(conn, 2)
    assert reserve(rival, event_id, "bob").outcome is Outcome.SOLD_OUT
    with conn.transaction():
        with conn.transaction():
            release(conn, intents[0], "ann")
        assert reserve(conn, event_id, "ann").outcome is Outcome.HELD
        with conn.transaction(force_rollback=True):
            release(conn, intents[1], "ann")
        assert reserve(conn, event_id, "ann").outcome is Outcome.SOLD_OUT
    assert violations(conn) == []


def test_a_refusal_that_saw_its_own_uncommitted_hold_is_forgotten_with_it(conn, rival):
    event_id = create_event(conn, "on sale", 600)
    with conn.transaction():
        with conn.transaction(force_rollback=True):
            assert reserve(conn, event_id, "ann", 600).outcome is Outcome.HELD
            assert reserve(conn, event_id, "ann").outcome is not Outcome.HELD
        assert reserve(conn, event_id, "ann", 600).outcome is Outcome.HELD
        with conn.transaction():
            assert reserve(conn, event_id, "ann").outcome is not Outcome.HELD
        assert reserve(rival, event_id, "bob", 1).outcome is Outcome.CONTENDED
        raise psycopg.Rollback
    assert reserve(rival, event_id, "bob", 600).outcome is Outcome.HELD
    assert violations(conn) == []


def test_released_held_again_for_a_moment_and_expired_while_an_older_check_says_an_hour(conn, rival):
    event_id, intents = held_out(conn, 2)
    assert reserve(rival, event_id, "bob").outcome is Outcome.SOLD_OUT  # good for an hour
    release(conn, intents[0], "ann")
    brief = reserve(conn, event_id, "cid", hold_for=SHORT)
    assert brief.outcome is Outcome.HELD
    answer = reserve(rival, event_id, "bob")
    if answer.outcome is Outcome.SOLD_OUT:  # on a busy machine it may come too late for that
        conn.execute("select pg_sleep_until(%s)", [brief.hold_expires_at])
        answer = reserve(rival, event_id, "bob")
    assert answer.outcome is Outcome.HELD
    assert answer.hold_expires_at - timedelta(minutes=5) >= brief.hold_expires_at
    assert violations(conn) == []


def test_a_refused_group_says_nothing_about_smaller_ones(conn, rival):
    event_id = create_event(conn, "on sale", 10)
    reserve(conn, event_id, "ann", 4)
    for quantity in (10, 9, 8, 7):
        assert reserve(rival, event_id, "bob", quantity).outcome is Outcome.SOLD_OUT
        assert reserve(rival, event_id, "bob", quantity).outcome is Outcome.SOLD_OUT
    assert reserve(rival, event_id, "bob", 6).outcome is Outcome.HELD
    assert stock(conn, event_id) == {"held": 10}


def test_a_check_of_a_final_sale_is_final_and_of_one_with_overdue_holds_is_not(conn, rival):
    event_id = create_event(conn, "on sale", 4)
    sold = reserve(conn, event_id, "ann", 3)
    confirm(conn, sold.intent_id, "ann")
    assert reserve(conn, event_id, "late", hold_for=OVERDUE).outcome is Outcome.HELD
    assert reserve(rival, event_id, "bob", 2).outcome is Outcome.SOLD_OUT
    last = reserve(rival, event_id, "bob")
    assert last.outcome is Outcome.HELD
    assert reserve(rival, event_id, "cid").outcome is Outcome.SOLD_OUT
    release(rival, last.intent_id, "bob")
    last = reserve(rival, event_id, "dan")
    assert last.outcome is Outcome.HELD
    confirm(conn, last.intent_id, "dan")
    assert reserve(conn, event_id, "eve").outcome is Outcome.SOLD_OUT


@pytest.mark.parametrize("table", ["stock_checks", "claimed_blocks"])
def test_without_what_was_written_down_the_answers_are_the_same(conn, rival, table):
    """Rows that only make calls faster may be lost, all of them or some."""
    event_id, intents = held_out(conn, 300)
    assert reserve(rival, event_id, "bob").outcome is Outcome.SOLD_OUT
    release(conn, intents[0], "ann")
    conn.execute("set session_replication_role = replica")
    conn.execute(f"truncate booking.{table}")
    conn.execute("reset session_replication_role")
    assert reserve(rival, event_id, "bob", request_key="one").outcome is Outcome.HELD
    assert reserve(rival, event_id, "cid").outcome is Outcome.SOLD_OUT
    release(conn, intents[1], "ann")
    assert reserve(rival, event_id, "dan").outcome is Outcome.HELD
    assert violations(conn) == []


def test_buyers_who_are_refused_and_holders_who_release_in_turn(database, conn):
    """After each release, the next reserve that begins gets the ticket, whoever was refused meanwhile."""
    event_id, intents = held_out(conn, 3)
    with connect(database) as one, connect(database) as two, connect(database) as holder:
        for turn in range(60):
            with suppress(psycopg.Rollback), two.transaction():
                assert reserve(two, event_id, "two").outcome is Outcome.SOLD_OUT
                with holder.transaction():
                    assert release(holder, intents.pop(0), "ann") == "released"
                    assert reserve(one, event_id, "one").outcome is Outcome.SOLD_OUT
                if turn % 3 == 0:
                    raise psycopg.Rollback
                if turn % 3 == 1:
                    intents.append(reserve(two, event_id, "ann").intent_id)
            if turn % 3 != 1:
                intents.append(reserve(one, event_id, "ann").intent_id)
            assert intents[-1] is not None, turn
    assert violations(conn) == []
