"""A refusal is true for one instant: the clock and the rows are read together, whatever happens between two
statements."""

from datetime import timedelta

import pytest

from booking_sim.booking import create_event, reserve
from booking_sim.models import Outcome

pytestmark = pytest.mark.core

SHORT = timedelta(milliseconds=300)
PAUSE = "perform pg_sleep(0.6);"
ONE_CLOCK = "with clock as materialized (\n        select clock_timestamp() as as_of"


def rewrite(conn, function, *changes):
    """Create a function again with parts of its text replaced."""
    (text,) = conn.execute("select pg_get_functiondef(%s::regproc)", [function]).fetchone()
    for old, new in changes:
        assert text.count(old) == 1, (old, text)
        text = text.replace(old, new)
    conn.execute(text)


def pause_before_the_count(conn):
    """Let a session that is about to refuse pause before the statement that counts what is left."""
    rewrite(conn, "booking.is_sold_out", ("\nbegin\n", f"\nbegin\n    {PAUSE}\n"))


def read_the_clock_before_the_pause(conn):
    rewrite(
        conn,
        "booking.is_sold_out",
        ("\ndeclare\n", "\ndeclare\n    early timestamptz := clock_timestamp();\n"),
        (ONE_CLOCK, "with clock as materialized (\n        select early as as_of"),
    )


def outcome_of_the_race(conn, rival, begin):
    """One ticket's hold falls due while bob pauses, and the other, which was free, is taken: one was always left."""
    event_id = create_event(conn, "on sale", 2)
    first = reserve(conn, event_id, "ann", hold_for=SHORT)
    with rival.transaction():
        reserve(rival, event_id, "cid")  # bob does not find it, since it is locked; until the commit it is free
        bob = begin(reserve, event_id, "bob")
        while not is_asleep(conn, bob.pid):
            pass
        conn.execute("select pg_sleep_until(%s)", [first.hold_expires_at])
    return bob.result().outcome


def is_asleep(conn, pid):
    query = "select wait_event = 'PgSleep' from pg_stat_activity where pid = %s"
    return conn.execute(query, [pid]).fetchone() == (True,)


def test_a_hold_that_falls_due_between_the_clock_and_the_snapshot_is_not_counted_as_live(conn, rival, start_call):
    pause_before_the_count(conn)
    assert outcome_of_the_race(conn, rival, start_call) in {Outcome.HELD, Outcome.CONTENDED}


def test_with_a_clock_read_before_the_snapshot_the_same_race_refuses(conn, rival, start_call):
    """The control: this is the fault that the test above would see."""
    pause_before_the_count(conn)
    read_the_clock_before_the_pause(conn)
    assert outcome_of_the_race(conn, rival, start_call) is Outcome.SOLD_OUT


def test_a_stock_check_is_not_believed_past_its_end_after_a_pause(conn, rival, start_call):
    """The pause comes between reading the check and judging it: what falls due meanwhile can be had."""
    event_id = create_event(conn, "on sale", 1)
    first = reserve(conn, event_id, "ann", hold_for=SHORT)
    while not conn.execute("select exists (select from booking.stock_checks where seen is not null)").fetchone()[0]:
        assert reserve(conn, event_id, "bob").outcome is Outcome.SOLD_OUT
    rewrite(conn, "booking.is_still_closed", ("\nbegin\n", f"\nbegin\n    {PAUSE}\n"))
    late = start_call(reserve, event_id, "cid")
    assert late.result().outcome is Outcome.HELD
    assert first.outcome is Outcome.HELD
