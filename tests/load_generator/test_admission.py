"""Which request is sent next when more buyers arrive than can be served."""

from booking_sim.booking import create_event

BACKLOG = 3000


def test_the_first_request_leaves_at_once_whatever_the_backlog(conn, stage):
    """All arrive in the same instant. Only a few are admitted before the first request is sent."""
    one = stage(event=create_event(conn, "stadium", 10), buyers=BACKLOG, times=(0.0,) * BACKLOG)
    one.play()
    one.until(lambda: one.rows)
    first = min(row.sent_at for row in one.rows)
    one.end()
    assert len(one.rows) == BACKLOG
    assert sum(row.queued_at <= first for row in one.rows) <= 32


def test_timers_that_are_due_wait_for_no_backlog(stage):
    """Arrivals that are overdue do not keep another timer waiting that is due later."""
    one, done = stage(buyers=BACKLOG, times=(0.0,) * BACKLOG), []
    one.play()
    one.loop.call_at(one.dispatcher._started_at + 1e-6, lambda: done.append(one.dispatcher._admitted))
    one.until(lambda: done)
    assert done[0] < 200


def test_patience_counts_from_the_planned_instant(conn, stage):
    """The worker reaches a buyer half a second late, whose patience is over by then: its request is never sent."""
    one = stage(buyers=2, times=(0.0, 0.0), patience="300ms")
    one.dispatcher.start(one.now() - 0.5)
    one.end()
    assert [(row.outcome, row.sent_at) for row in one.rows] == [("gave_up", None)] * 2
    assert conn.execute("select count(*) from booking.booking_intents").fetchone() == (0,)


def test_a_payment_waits_for_no_newcomer(conn, stage):
    """One connection and a queue of newcomers: the payment for the first hold is sent before all of them."""
    one = stage(event=create_event(conn, "stadium", 50), buyers=50, times=(0.0,) * 50, pays=1)
    one.play()
    one.end()
    rows = sorted(one.rows, key=lambda row: row.sent_at)
    assert [row.call for row in rows] == ["reserve", "confirm"] * 50


def test_unless_the_scenario_says_so(conn, stage):
    one = stage(event=create_event(conn, "stadium", 50), buyers=50, times=(0.0,) * 50, pays=1, payments_first=False)
    one.play()
    one.end()
    calls = [row.call for row in sorted(one.rows, key=lambda row: row.sent_at)]
    assert calls.index("confirm") >= 2
    assert calls[-1] == "confirm"
