"""One worker's buyers on real connections, turn by turn: they ask again while there is hope, and nothing is lost."""

import threading
import time
from math import inf

import pytest
from program import SECONDS
from wire import Wire

from booking_sim.booking import create_event
from booking_sim.database import connect
from booking_sim.load_generator.worker import connection_pool
from booking_sim.load_generator.worker.dispatcher import Dispatcher
from booking_sim.load_generator.worker.event_loop import EventLoop
from booking_sim.load_generator.worker.messages import WorkerAssignment
from booking_sim.load_generator.worker.recorder import Recorder
from booking_sim.load_generator.worker.workload import Workload
from booking_sim.records.attempts import Attempt, Phase
from booking_sim.scenario.kinds import BuyerKind

LOCK = "lock table booking.booking_intents in share mode"  # reads go on, a hold waits
NAME = "booking_sim surge test"


class Stage:
    """A worker without its process."""

    def __init__(self, assignment):
        self.loop = EventLoop()
        self.recorder = Recorder(0)
        self.dispatcher = Dispatcher(assignment, self.loop, self.recorder)
        self.rows = []
        self.recorder.add = lambda request: self.rows.append(Attempt(*self.recorder._attempt(request)))
        self.dispatcher.pool.open()
        self.until(lambda: self.dispatcher.pool.is_complete)

    def until(self, condition):
        """Run the loop until a condition holds."""
        deadline = time.monotonic() + SECONDS
        while not condition():
            assert time.monotonic() < deadline
            self.loop.call_at(time.monotonic() + 0.01, int)  # so that it ends although nothing happens
            self.loop.run_once()
            self.dispatcher.dispatch()

    def play(self):
        self.dispatcher.start(time.monotonic())

    def end(self):
        self.until(lambda: self.dispatcher.is_done)


@pytest.fixture
def event_id(conn):
    return create_event(conn, "concert", 1)


@pytest.fixture
def stage(database, event_id):
    """Open a stage with one connection for one buyer, or whatever is said otherwise; kind parameters by name."""
    opened = []

    def make(*, buyers=1, connections=1, times=None, event=event_id, retry=(), hold_s=300.0, url=database, **kind):
        workload = Workload({"fan": BuyerKind(**kind)}, (event,), 1, hold_s, 1.0, retry, 7)
        opened.append(Stage(WorkerAssignment(url, NAME, workload, 0, 1, range(connections), buyers, inf, times, None)))
        return opened[-1]

    yield make
    for stage in opened:
        stage.dispatcher.close()
        stage.loop.close()


@pytest.fixture
def wire(database):
    """A way to the database that can be cut."""
    with Wire(database) as wire:
        yield wire


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


def test_a_connection_is_not_used_again_before_its_cancel_has_arrived(conn, stage):
    """It would hit the next call."""
    one, late = stage(buyers=2), threading.Event()
    one.dispatcher._canceller.submit(late.wait)
    with conn.transaction():
        conn.execute(LOCK)
        one.play()
        one.until(lambda: waiting(conn))
        [connection] = one.dispatcher._under_way
        one.dispatcher._cancel(connection)
    one.until(lambda: one.rows)
    in_use = {*one.dispatcher._under_way, *one.dispatcher.pool.idle}
    late.set()
    assert in_use == set()
    one.end()
    assert [row.outcome for row in one.rows] == ["held", "sold_out"]


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
    """What the worker does with one of them is no part of how long the database took for another."""
    one = stage(event=create_event(conn, "stadium", 4), buyers=4, connections=4, times=(0.0,) * 4)
    sessions = "select count(*) from pg_stat_activity where application_name = %s and wait_event_type = %s"
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
    conn.execute("select pg_terminate_backend(pid) from pg_stat_activity where application_name = %s", [NAME])
    one.end()
    assert {row.buyer for row in one.rows if row.outcome in {"held", "sold_out"}} == set(range(50))


def waiting(conn):
    """The backend of the stage that waits for a lock, as the parameters of a query; None if there is none."""
    return conn.execute(
        "select pid from pg_stat_activity where application_name = %s and wait_event_type = 'Lock'", [NAME]
    ).fetchone()


def test_what_is_due_in_half_a_millisecond_is_not_done_in_the_next_whole_one():
    loop, late = EventLoop(), []
    for _ in range(50):
        due = time.monotonic() + 0.0005
        loop.call_at(due, lambda due=due: late.append(time.monotonic() - due))
        loop.run_once()
    loop.close()
    assert min(late) < 0.0003
