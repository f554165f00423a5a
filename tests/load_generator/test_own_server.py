"""Surges on a server of the test's own, which may be killed and may be small."""

import os
import secrets
import signal
import threading
from pathlib import Path

import pytest

from booking_sim import surge
from booking_sim.database import connect, starting
from booking_sim.database.embedded import Cluster
from booking_sim.database.migrations import migrate

HELD = "select id, user_id, quantity from booking.booking_intents where id = any(%s)"
PLACED = "select intent_id, array_agg(ticket_no order by ticket_no) from booking.tickets group by intent_id"


@pytest.fixture(scope="module")
def cluster():
    """A server that allows 100 connections."""
    own = Cluster(Path(os.environ["BOOKING_SIM_TEST_RUN"]) / secrets.token_hex(4))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(starting.SETTINGS, "max_connections", "100")
        own.stay()
        try:
            migrate(own.url)
            yield own
        finally:
            own.stop(force=True)


def test_more_connections_than_it_allows_are_one_line_and_nothing_is_started(cluster, run):
    status, out, err = run("surge", "--connections", 300, POSTGRES_URL=cluster.url)
    assert (status, out) == (2, "")
    assert err.startswith("booking-sim: connections=300 is more than the server has left, ")
    assert ": max_connections is 100, " in err
    assert err.count("\n") == 1
    with connect(cluster.url) as conn:
        assert conn.execute("select count(*) from booking.events").fetchone() == (0,)
        others = "select count(*) from pg_stat_activity where application_name like 'booking_sim %'"
        assert conn.execute(others).fetchone() == (0,)


def test_a_server_that_dies_and_comes_back_has_every_hold_that_anybody_was_told_of(cluster):
    """Killed outright, so that it has to recover; buyers go on coming meanwhile, and are answered afterwards."""

    def kill_and_start():
        with connect(cluster.url) as conn:
            while conn.execute("select count(*), pg_sleep(0.01) from booking.booking_intents").fetchone()[0] < 30:
                pass
        os.kill(cluster.pid, signal.SIGKILL)
        cluster.stay()

    thread = threading.Thread(target=kill_and_start)
    thread.start()
    settings = {"arrivals": "constant(rate=60, duration=4s)", "tickets": 600, "quantity": 2, "connections": 4}
    result = surge(**settings, url=cluster.url, progress=False)
    thread.join()
    assert sum(result.manifest.generator.connecting.values()) > 0, "it was killed too late"
    summary = result.summary()
    assert (summary["audit_ok"], summary["oversold"]) == (True, 0)
    assert (summary["held"], summary["unanswered"], result.partial) == (240, 0, False)
    reported = result.attempts[result.attempts["outcome"] == "held"]
    with connect(cluster.url) as conn:
        known = {
            intent: (user, quantity) for intent, user, quantity in conn.execute(HELD, [reported["intent_id"].tolist()])
        }
        placed = dict(conn.execute(PLACED).fetchall())
    for intent, buyer, ticket_nos in zip(reported["intent_id"], reported["buyer"], reported["ticket_nos"], strict=True):
        assert known[intent] == (f"buyer {buyer}", 2)
        assert placed[intent] == sorted(ticket_nos)
