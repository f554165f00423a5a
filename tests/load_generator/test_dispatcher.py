"""One worker's buyers on real connections, turn by turn: they ask again while there is hope, and nothing is lost."""

import time

import pytest
from program import SECONDS
from stage import LOCK, NAME, waiting

from booking_sim.booking import create_event
from booking_sim.database import connect
from booking_sim.load_generator.worker import connection_pool
from booking_sim.load_generator.worker.event_loop import EventLoop
from booking_sim.records.attempts import Phase


def test_contended_asks_again_until_the_ticket_is_free(conn, stage):
    one = stage()
    with conn.transaction(force_rollback=True):
        conn.execute("select from booking.tickets for update")
        one.play()
        one.until(lambda: one.rows)
    one.end()
    *before, last = one.rows
    assert [row.attempt for row in one.rows] == list(range(1, len(one.rows) + 1))
    assert {row.outcome for row in before} == {"contended"}
    assert (last.outcome, last.ticket_nos) == ("held", (1,))


def test_a_buyer_gives_up_after_its_tries(conn, stage):
    one = stage(tries=3)
    with conn.transaction(force_rollback=True):
        conn.execute("select from booking.tickets for update")
        one.play()
        one.end()
    assert [row.outcome for row in one.rows] == ["contended"] * 3


def test_a_statement_that_another_session_has_prepared_is_explained(stage):
    """As a connection pooler passes sessions on that keeps no prepared statements apart."""
    one = stage()
    [connection] = one.dispatcher.pool._connections
    connection._names[b"reserve"] = b"of_another_session"
    one.play()
    one.end()
    [row] = one.rows
    assert (row.outcome, row.sqlstate) == ("error", "26000")
    assert "Use session pooling, or PgBouncer 1.21 or newer" in row.error


def test_a_lost_answer_is_unknown_and_asked_for_again_on_a_new_connection(conn, stage):
    one = stage()
    with conn.transaction():
        conn.execute(LOCK)
        one.play()
        one.until(lambda: waiting(conn))
        conn.execute("select pg_terminate_backend(%s)", waiting(conn))
        one.until(lambda: one.rows)
    one.end()
    lost, *_, last = one.rows
    assert (lost.outcome, lost.phase, lost.intent_id) == ("unknown", Phase.CALL_SENT, None)
    assert "terminating connection" in lost.error
    assert (last.outcome, last.connection) == ("held", 0)
    assert list(one.recorder.take().connecting) != []
    assert conn.execute("select count(*) from booking.booking_intents").fetchone() == (1,)


def test_a_hold_whose_answer_was_lost_on_the_way_is_the_same_when_it_is_asked_for_again(conn, stage, wire):
    one = stage(url=wire.url)
    wire.lose_answers()
    one.play()
    one.until(lambda: conn.execute("select count(*) from booking.booking_intents").fetchone() == (1,))
    wire.cut()
    one.end()
    lost, found = one.rows
    assert (lost.outcome, lost.phase, lost.intent_id) == ("unknown", Phase.CALL_SENT, None)
    assert (found.outcome, found.ticket_nos) == ("held", (1,))
    assert conn.execute("select id from booking.booking_intents").fetchall() == [(found.intent_id,)]


def test_a_hold_that_ran_out_before_it_was_found_again_is_told_apart(conn, stage, wire):
    """By the database's clock: its buyer never had a live ticket."""
    one = stage(url=wire.url, hold_s=0.05, pays=1)
    wire.lose_answers()
    one.play()
    one.until(
        lambda: conn.execute("select from booking.booking_intents where expires_at < clock_timestamp()").fetchall()
    )
    wire.cut()
    one.end()
    lost, found = one.rows
    assert (lost.outcome, lost.repeats, found.outcome, found.repeats) == ("unknown", None, "hold_expired", 1)
    assert conn.execute("select id from booking.booking_intents").fetchall() == [(found.intent_id,)]


def test_a_sale_whose_answer_was_lost_is_distinguished_from_one_that_was_not_ours(conn, stage, wire):
    one = stage(url=wire.url, pays=1, think="50ms")
    one.play()
    one.until(lambda: one.rows)
    wire.lose_answers()
    one.until(lambda: conn.execute("select status from booking.booking_intents").fetchone() == ("confirmed",))
    wire.cut()
    one.end()
    held, lost, found = one.rows
    assert [row.outcome for row in one.rows] == ["held", "unknown", "already_confirmed"]
    assert (held.repeats, lost.repeats, found.repeats) == (None, None, lost.attempt)


def test_a_connection_that_never_answers_is_given_up_and_the_request_repeated_on_another(conn, stage, wire):
    one = stage(url=wire.url, connections=2, answer_timeout_s=0.1)
    wire.lose_answers()
    one.play()
    one.end()
    first, *_, last = one.rows
    assert (first.outcome, first.phase, first.error) == ("unknown", Phase.CALL_SENT, "no answer within 0.1 s")
    assert first.latency_ms >= 100
    assert (last.outcome, last.repeats) == ("held", 1)
    assert last.connection != first.connection or len(one.rows) > 2
    assert conn.execute("select count(*) from booking.booking_intents").fetchone() == (1,)


def test_a_hold_whose_answer_was_lost_is_found_by_its_request_key(conn, stage, event_id):
    conn.execute("select booking.reserve(%s, 'buyer 0', 1, '5 min', %s)", [event_id, f"event {event_id}"])
    one = stage()
    one.play()
    one.end()
    assert [row.outcome for row in one.rows] == ["held"]
    assert conn.execute("select count(*) from booking.booking_intents").fetchone() == (1,)


def test_an_error_that_the_database_answers_with_is_final(conn, stage):
    conn.execute("alter sequence booking.places rename to no_more")
    one = stage(pays=1)
    one.play()
    one.end()
    [row] = one.rows
    assert (row.outcome, row.phase, row.sqlstate) == ("error", Phase.ANSWERED, "42P01")


def test_unless_the_strategy_wants_it_asked_again(conn, stage):
    conn.execute("alter sequence booking.places rename to no_more")
    one = stage(retry=("42P01",), tries=2)
    one.play()
    one.end()
    assert [row.sqlstate for row in one.rows] == ["42P01"] * 2


def test_who_waits_too_long_for_a_connection_gives_up_and_is_counted(conn, stage):
    """Who has the one connection has its call cancelled on the server; the other was never sent."""
    one = stage(buyers=2, times=(0.0, 0.0), patience="300ms")
    with conn.transaction():
        conn.execute(LOCK)
        one.play()
        one.until(lambda: len(one.rows) == 2 or waiting(conn))
        one.end()
        assert waiting(conn) is None
    timed_out, gave_up = sorted(one.rows)
    assert (timed_out.outcome, timed_out.phase, timed_out.sqlstate) == ("timed_out", Phase.ANSWERED, "57014")
    assert timed_out.latency_ms >= 290
    assert (gave_up.outcome, gave_up.phase, gave_up.sent_at, gave_up.connection) == (
        "gave_up",
        Phase.WAITING,
        None,
        None,
    )


def test_after_a_stop_nobody_comes_and_calls_that_go_on_are_cancelled(conn, stage):
    one = stage(buyers=5)
    with conn.transaction():
        conn.execute(LOCK)
        one.play()
        one.until(lambda: waiting(conn))
        one.dispatcher.stop()
        one.end()
        assert waiting(conn) is None
    assert [(row.outcome, row.sqlstate) for row in one.rows] == [("error", "57014")]


def test_a_connection_is_not_used_again_before_its_cancel_has_arrived(conn, stage, wire):
    """It would hit the next call. The wire holds the cancel back, which has a connection of its own."""
    one = stage(buyers=2, url=wire.url)
    with conn.transaction():
        conn.execute(LOCK)
        one.play()
        one.until(lambda: waiting(conn))
        wire.hold_back()
        [connection] = one.dispatcher._under_way
        one.dispatcher._cancel(connection)
    one.until(lambda: one.rows)
    in_use = {*one.dispatcher._under_way, *one.dispatcher.pool.idle}
    wire.let_go()
    assert in_use == set()
    one.end()
    assert [row.outcome for row in one.rows] == ["held", "sold_out"]


def test_a_cancel_keeps_no_other_request_waiting(conn, stage, wire):
    """The server takes no new connection, and so no cancel: the other connection of the worker goes on meanwhile."""
    event_id = create_event(conn, "stadium", 50)
    one = stage(event=event_id, url=wire.url, connections=2, buyers=20, times=(0.0,) * 20)
    one.play()
    one.until(lambda: one.dispatcher._under_way)
    wire.hold_back()
    one.dispatcher._cancel(next(iter(one.dispatcher._under_way)))
    one.until(lambda: len(one.rows) == 20)
    wire.let_go()
    assert len({row.connection for row in one.rows}) == 2


@pytest.mark.parametrize(
    ("kind", "words", "status"),
    [
        ({"pays": 1, "think": "5ms"}, ["held", "confirmed"], "confirmed"),
        ({"fails": 1}, ["held", "released"], "released"),
        ({"late": 1}, ["held", "expired"], "pending"),
        ({}, ["held"], "pending"),
    ],
)
def test_a_payment_succeeds_fails_comes_late_or_never(conn, stage, kind, words, status):
    one = stage(hold_s=0.1 if "late" in kind else 300.0, **kind)
    one.play()
    one.end()
    assert [row.outcome for row in one.rows] == words
    assert [row.attempt for row in one.rows] == list(range(1, len(words) + 1))
    assert len({row.intent_id for row in one.rows}) == 1
    assert conn.execute("select status from booking.booking_intents").fetchone() == (status,)


def test_a_refused_buyer_refreshes(conn, stage, event_id):
    conn.execute("select booking.reserve(%s, 'ann')", [event_id])
    one = stage(refreshes=2, refresh_after="1ms")
    one.play()
    one.end()
    assert [row.outcome for row in one.rows] == ["sold_out"] * 3


def test_a_bot_tries_several_times_at_once_and_each_is_a_hold_of_its_own(conn, stage):
    one = stage(event=create_event(conn, "stadium", 10), connections=3, at_once=3)
    one.play()
    one.end()
    assert [row.outcome for row in one.rows] == ["held"] * 3
    assert len({row.intent_id for row in one.rows}) == 3
    assert {row.buyer for row in one.rows} == {0}
    assert sorted(row.attempt for row in one.rows) == [1, 2, 3]


def test_those_who_come_in_the_same_instant_wait_in_line(stage):
    """Open loop: the plan does not wait for connections, and the wait is in the latency from the plan."""
    one = stage(buyers=200, times=(0.0,) * 200)
    one.play()
    one.end()
    assert len(one.rows) == 200
    assert {row.scheduled_at for row in one.rows} == {0.0}
    sent = [row.sent_at for row in sorted(one.rows)]
    assert sent == sorted(sent)
    assert all(row.scheduled_at <= row.queued_at <= row.sent_at for row in one.rows)


def test_answers_that_are_there_at_the_same_time_have_come_then(conn, stage, database):
    """What the worker does with one of them is not part of how long the database took for another."""
    one = stage(event=create_event(conn, "stadium", 4), buyers=4, connections=4, times=(0.0,) * 4)
    sessions = (
        "select count(*) from pg_stat_activity"
        " where datname = current_database() and application_name = %s and wait_event_type = %s"
    )
    with connect(database) as watcher:

        def all_wait_for(what):
            return watcher.execute(sessions, [NAME, what]).fetchone() == (4,)

        with conn.transaction():
            conn.execute(LOCK)
            one.play()
            one.until(lambda: all_wait_for("Lock"))
        deadline = time.monotonic() + SECONDS
        while not all_wait_for("Client"):
            assert time.monotonic() < deadline
    one.end()
    [came_at] = {round(row.sent_at + row.latency_ms / 1000, 9) for row in one.rows}
    assert all(row.sent_at < came_at for row in one.rows)


def test_lost_connections_come_back(conn, stage, monkeypatch):
    monkeypatch.setattr(connection_pool, "_LONGEST_WAIT_S", 0.05)
    one = stage(buyers=50, connections=4, times=tuple(n / 100 for n in range(50)))
    one.play()
    one.until(lambda: one.rows)
    conn.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = current_database() and application_name = %s",
        [NAME],
    )
    one.end()
    assert {row.buyer for row in one.rows if row.outcome in {"held", "sold_out"}} == set(range(50))


def test_what_is_due_in_half_a_millisecond_is_not_done_in_the_next_whole_one():
    loop, late = EventLoop(), []
    for _ in range(50):
        due = time.monotonic() + 0.0005
        loop.call_at(due, lambda due=due: late.append(time.monotonic() - due))
        loop.run_once()
    loop.close()
    assert min(late) < 0.0003
