"""A refusal is true for one instant: the clock and the rows are read together, whatever happens between statements."""

from datetime import timedelta

import pytest
from gates import CLOSE, OPEN, WAIT, rewrite

from booking_sim.booking import create_event, reserve
from booking_sim.models import Outcome

pytestmark = pytest.mark.core

# How long the hold lasts that falls due while a call waits; where a busy machine was too slow for that, the next one.
LASTS = [timedelta(milliseconds=200), timedelta(seconds=1), timedelta(seconds=10)]
ONE_CLOCK = "with clock as materialized (\n        select clock_timestamp() as as_of"


def wait_before_the_count(conn):
    """Let a session that is about to refuse wait before the statement that counts what is left."""
    rewrite(conn, "booking.is_sold_out", ("\nbegin\n", f"\nbegin\n    {WAIT}\n"))


def read_the_clock_before_the_wait(conn):
    rewrite(
        conn,
        "booking.is_sold_out",
        ("\ndeclare\n", "\ndeclare\n    early timestamptz := clock_timestamp();\n"),
        (ONE_CLOCK, "with clock as materialized (\n        select early as as_of"),
    )


def is_overdue(conn, hold):
    return conn.execute("select clock_timestamp() >= %s", [hold.hold_expires_at]).fetchone()[0]


def outcome_of_the_race(conn, rival, begin):
    """One ticket's hold falls due while bob waits, and the other, which was free, is taken: one was always left."""
    for lasts in LASTS:
        event_id = create_event(conn, "on sale", 2)
        first = reserve(conn, event_id, "ann", hold_for=lasts)
        conn.execute(CLOSE)
        with rival.transaction():
            reserve(rival, event_id, "cid")  # bob does not find it, since it is locked; until the commit it is free
            bob = begin(reserve, event_id, "bob")
            in_time = bob.is_waiting() and not is_overdue(conn, first)
            conn.execute("select pg_sleep_until(%s)", [first.hold_expires_at])
        conn.execute(OPEN)
        if in_time:
            return bob.result().outcome
    return pytest.fail("the machine is too slow")


def test_a_hold_that_falls_due_between_the_clock_and_the_snapshot_is_not_counted_as_live(conn, rival, begin):
    wait_before_the_count(conn)
    assert outcome_of_the_race(conn, rival, begin) in {Outcome.HELD, Outcome.CONTENDED}


def test_with_a_clock_read_before_the_snapshot_the_same_race_refuses(conn, rival, begin):
    """The control: this is the fault that the test above would see."""
    wait_before_the_count(conn)
    read_the_clock_before_the_wait(conn)
    assert outcome_of_the_race(conn, rival, begin) is Outcome.SOLD_OUT


def test_a_stock_check_is_not_believed_past_its_end_after_a_wait(conn, begin):
    """The wait comes between reading the check and judging it: what falls due meanwhile can be had."""
    rewrite(conn, "booking.is_still_closed", ("\nbegin\n", f"\nbegin\n    {WAIT}\n"))
    for lasts in LASTS:
        event_id = create_event(conn, "on sale", 1)
        first = reserve(conn, event_id, "ann", hold_for=lasts)
        refused = [reserve(conn, event_id, "bob").outcome for _ in range(3)]
        conn.execute(CLOSE)
        late = begin(reserve, event_id, "cid")
        in_time = refused == [Outcome.SOLD_OUT] * 3 and late.is_waiting()  # so it has read the check, and believes it
        conn.execute("select pg_sleep_until(%s)", [first.hold_expires_at])
        conn.execute(OPEN)
        if in_time:
            assert late.result().outcome is Outcome.HELD
            return
    pytest.fail("the machine is too slow")
