"""One buyer on a real connection: asks again while there is hope, and never takes a second ticket by it."""

import asyncio

import pytest

from booking_sim.attempts import Attempt, Phase
from booking_sim.booking import create_event
from booking_sim.scenario import Scenario
from booking_sim.surge import buyer
from booking_sim.surge.buyer import TRIES, buy
from booking_sim.surge.line import Line
from booking_sim.surge.messages import Share
from booking_sim.surge.recorder import Recorder

LOCK = "lock table booking.booking_intents in share mode"  # reads go on, a hold waits


class Audible(Recorder):
    """A recorder that says when an attempt came in."""

    def __init__(self):
        super().__init__()
        self.attempts = []
        self.came = asyncio.Event()

    def add(self, attempt):
        self.attempts.append(attempt)
        self.came.set()


@pytest.fixture
def event_id(conn):
    return create_event(conn, "concert", 1)


@pytest.fixture
def play(database, event_id):
    """Run `scene(line, recorder)` on a line to the test's database."""

    def run(scene):
        async def act():
            recorder = Audible()
            share = Share(database, "booking_sim surge test", event_id, Scenario(), 0, (), ())
            line = Line(share, 0, recorder)
            await line.open()
            try:
                await asyncio.wait_for(scene(line, recorder), 60)
            finally:
                await line.close()
            return recorder.attempts

        return asyncio.run(act())

    return run


def test_contended_asks_again_until_the_ticket_is_free(conn, play):
    async def scene(line, recorder):
        with conn.transaction(force_rollback=True):
            conn.execute("select from booking.tickets for update")
            buying = asyncio.create_task(buy(1, line, seed=1))
            await recorder.came.wait()
        await buying

    *before, last = play(scene)
    assert [attempt.attempt for attempt in (*before, last)] == list(range(1, len(before) + 2))
    assert {attempt.outcome for attempt in before} == {"contended"}
    assert (last.outcome, last.ticket_nos) == ("held", (1,))


def test_a_buyer_gives_up_at_last(conn, play, monkeypatch):
    monkeypatch.setattr(buyer, "_LONGEST_WAIT_S", 0.01)

    async def scene(line, recorder):
        with conn.transaction(force_rollback=True):
            conn.execute("select from booking.tickets for update")
            await buy(1, line, seed=1)

    assert [attempt.outcome for attempt in play(scene)] == ["contended"] * TRIES


def test_a_lost_answer_is_asked_for_again_on_a_new_connection(conn, play):
    async def scene(line, recorder):
        with conn.transaction():
            conn.execute(LOCK)
            buying = asyncio.create_task(buy(1, line, seed=1))
            await asyncio.to_thread(end_the_waiting_backend, conn)
            await recorder.came.wait()
        await buying

    lost, *_, last = play(scene)
    assert (lost.outcome, lost.phase, lost.intent_id) == ("unknown", Phase.CALL_SENT, None)
    assert "terminating connection" in lost.error
    assert last.outcome == "held"


def test_asking_again_after_a_hold_gives_the_same_hold(conn, play):
    async def scene(line, recorder):
        await buy(1, line, seed=1)
        await buy(1, line, seed=1)

    first, second = play(scene)
    assert (first.intent_id, first.ticket_nos) == (second.intent_id, second.ticket_nos) != (None, None)
    assert conn.execute("select count(*) from booking.booking_intents").fetchone() == (1,)


def test_an_error_that_the_database_answers_with_is_final(conn, play):
    conn.execute("alter function booking.dispense rename to dispense_no_more")

    async def scene(line, recorder):
        await buy(1, line, seed=1)

    (attempt,) = play(scene)
    assert (attempt.outcome, attempt.phase, attempt.sqlstate) == ("error", Phase.ANSWERED, "42883")


def test_a_call_cut_short_is_written_down_and_cancelled_on_the_server(conn, play):
    async def scene(line, recorder):
        with conn.transaction():
            conn.execute(LOCK)
            buying = asyncio.create_task(buy(1, line, seed=1))
            await asyncio.to_thread(wait_for_a_waiting_backend, conn)
            buying.cancel()
            await asyncio.gather(buying, return_exceptions=True)
            assert waiting_backends(conn) == []

    (attempt,) = play(scene)
    assert (attempt.outcome, attempt.phase) == ("unknown", Phase.CALL_SENT)


def test_a_server_that_cannot_be_reached_is_an_error_of_connecting(play, monkeypatch):
    monkeypatch.setattr(buyer, "_LONGEST_WAIT_S", 0.01)

    async def scene(line, recorder):
        await line.close()
        monkeypatch.setenv("PGOPTIONS", "-c no_such_setting=1")
        await buy(1, line, seed=1)

    attempts = play(scene)
    assert [attempt.phase for attempt in attempts] == [Phase.CONNECTING] * TRIES
    assert all(isinstance(attempt, Attempt) for attempt in attempts)


def waiting_backends(conn):
    return conn.execute("""
        select pid from pg_stat_activity
        where datname = current_database() and application_name = 'booking_sim surge test' and wait_event_type = 'Lock'
    """).fetchall()


def wait_for_a_waiting_backend(conn):
    while not (waiting := waiting_backends(conn)):
        conn.execute("select pg_sleep(0.01), pg_stat_clear_snapshot()")
    return waiting


def end_the_waiting_backend(conn):
    [(pid,)] = wait_for_a_waiting_backend(conn)
    conn.execute("select pg_terminate_backend(%s)", [pid])
