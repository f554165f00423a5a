"""A call cancelled at any moment leaves no lock and nothing half done: cancels later and later, in small steps."""

from contextlib import suppress
from datetime import timedelta
from math import ceil
from time import perf_counter

import psycopg
import pytest
from costs import NOTHING_LOCKED, locked_rows, locks_of
from inventory import forget, violations

from booking_sim.booking import create_event, reserve
from booking_sim.models import Outcome

pytestmark = pytest.mark.core

OVERDUE = timedelta(microseconds=1)


def event_with_holds(conn, tickets, hold_for=timedelta(hours=1), size=1):
    event_id = create_event(conn, "on sale", tickets)
    holds = [reserve(conn, event_id, "ann", size, hold_for=hold_for) for _ in range(tickets // size)]
    return event_id, [hold.intent_id for hold in holds if hold.outcome is Outcome.HELD]


def holding(conn, rival, tries):
    event_id = create_event(conn, "on sale", 300 + tries)
    return lambda _: f"booking.reserve({event_id}, 'bob')"


def holding_a_group(conn, rival, tries):
    event_id = create_event(conn, "on sale", 20 * tries)
    return lambda _: f"booking.reserve({event_id}, 'bob', 20)"


def holding_with_a_key(conn, rival, tries):
    event_id = create_event(conn, "on sale", 300 + tries)
    return lambda number: f"booking.reserve({event_id}, 'bob', request_key => 'key {event_id} {number}')"


def taking_over(conn, rival, tries):
    event_id, _ = event_with_holds(conn, 4 * tries, OVERDUE, 4)
    return lambda _: f"booking.reserve({event_id}, 'bob', 3, '1 microsecond')"


def refused(conn, rival, tries):
    event_id, _ = event_with_holds(conn, 20)

    def call(number):
        forget(conn, "stock_checks")
        return f"booking.reserve({event_id}, 'bob')"

    return call


def refused_by_a_check(conn, rival, tries):
    event_id, _ = event_with_holds(conn, 20)
    return lambda _: f"booking.reserve({event_id}, 'bob')"


def contended(conn, rival, tries):
    event_id = create_event(conn, "on sale", 1)
    rival.execute("begin")
    reserve(rival, event_id, "idle")
    return lambda _: f"booking.reserve({event_id}, 'bob')"


def behind_the_same_key(conn, rival, tries):
    event_id = create_event(conn, "on sale", 10)
    rival.execute("begin")
    reserve(rival, event_id, "bob", request_key="one")
    return lambda _: f"booking.reserve({event_id}, 'bob', request_key => 'one')"


def confirming(conn, rival, tries):
    _, intents = event_with_holds(conn, 5 * tries, size=5)
    return lambda number: f"booking.confirm({intents[number]}, 'ann')"


def releasing(conn, rival, tries):
    _, intents = event_with_holds(conn, 5 * tries, size=5)
    return lambda number: f"booking.release({intents[number]}, 'ann')"


def confirming_behind_a_lock(conn, rival, tries):
    _, intents = event_with_holds(conn, 1)
    rival.execute("begin")
    rival.execute("select from booking.tickets for update")
    return lambda _: f"booking.confirm({intents[0]}, 'ann')"


def expiring(conn, rival, tries):
    event_id, _ = event_with_holds(conn, 10 * tries, OVERDUE, 2)
    return lambda _: f"booking.expire_holds({event_id}, 10)"


def creating(conn, rival, tries):
    return lambda _: "booking.create_event('cancelled', 200)"


SCENES = [
    holding,
    holding_a_group,
    holding_with_a_key,
    taking_over,
    refused,
    refused_by_a_check,
    contended,
    behind_the_same_key,
    confirming,
    releasing,
    confirming_behind_a_lock,
    expiring,
    creating,
]


# The call begins `pause` after its statement, and the time-out strikes within the call. It is one process with one
# clock, so this holds on a busy machine. For the server the cancel is the same as that of pg_cancel_backend(). All is
# sent in one piece: a time-out undoes the first SET with it, so that none but the call is ever cancelled.
CALL = """
    set statement_timeout = {timeout};
    with recursive pause as (
        select false as over
        union all
        select clock_timestamp() >= statement_timestamp() + make_interval(secs => {pause}) from pause where not over
    )
    select {call} from (select from pause where over) as begin;
    set statement_timeout = 0
"""


def cancelled_after(caller, delay, call):
    """Make a call and cancel it after a delay in seconds; whether it was cancelled."""
    timeout = ceil(delay * 1000) + 1  # ms
    try:
        caller.execute(CALL.format(timeout=timeout, call=call, pause=timeout / 1000 - delay), prepare=False)
    except psycopg.errors.QueryCanceled:
        return True
    return False


def cancel_later_and_later(database, conn, rival, scene, tries):
    """Cancel calls after longer and longer delays, and search for locks after each; return how many were cancelled."""
    call = scene(conn, rival, tries + 3)
    with psycopg.connect(database, autocommit=True) as caller:
        lasts = 1.0
        for number in range(3):  # compiled, and timed
            started = perf_counter()
            with suppress(psycopg.errors.QueryCanceled):
                caller.execute(CALL.format(timeout=150, call=call(number), pause=0), prepare=False)
            lasts = min(lasts, perf_counter() - started)
        cancelled = 0
        for number in range(tries):
            cancelled += cancelled_after(caller, lasts * number / tries, call(number + 3))
            assert locks_of(conn, caller.info.backend_pid) == []
        rival.execute("rollback")
        assert locked_rows(conn) == NOTHING_LOCKED
    return cancelled


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_a_call_cancelled_at_any_moment_leaves_no_lock_and_nothing_half_done(database, conn, rival, scene):
    assert cancel_later_and_later(database, conn, rival, scene, 30) > 0
    assert violations(conn) == []


@pytest.mark.faults
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_the_same_in_many_small_steps(database, conn, rival, scene):
    assert cancel_later_and_later(database, conn, rival, scene, 200) > 0
    assert violations(conn) == []


@pytest.mark.parametrize("quantity", [1, 3])
def test_statement_timeouts_inside_the_callers_transaction_leave_no_lock(database, conn, quantity):
    """The time-out strikes inside a savepoint, and the caller's transaction goes on: no lock of the call is left."""
    event_id, _ = event_with_holds(conn, 40, OVERDUE, 4)
    call = f"booking.reserve({event_id}, 'bob', {quantity})"
    with psycopg.connect(database) as caller:
        caller.execute("select 1")
        cancelled = 0
        for number in range(40):
            with caller.transaction(force_rollback=True):
                cancelled += cancelled_after(caller, number / 10_000, call)
            assert locked_rows(conn) == NOTHING_LOCKED
        assert cancelled > 0
    assert violations(conn) == []
