"""What kept a surge from being faster, of surges in which it is known."""

import os
import threading

import pytest
from program import children

from booking_sim import surge
from booking_sim.database import connect

LOCKED = """
    select count(*), pg_sleep(0.01) from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock' and application_name like 'booking_sim surge%'
"""


@pytest.fixture
def bottleneck(database):
    """Run a surge; the word for what kept it from being faster."""

    def run(**settings):
        result = surge(tickets=1000, **settings, url=database, progress=False)
        assert result.ok
        return result.manifest.generator.bottleneck

    return run


def test_a_generator_that_stands_still(bottleneck, first_hold):
    """Its one worker is stopped for a second of three: those who were to come then come late."""

    def stall():
        first_hold()
        [worker] = children(os.getpid(), "booking_sim.load_generator.worker.worker.run_worker")
        worker.suspend()
        threading.Event().wait(1)
        worker.resume()

    thread = threading.Thread(target=stall)
    thread.start()
    assert bottleneck(arrivals="constant(rate=50, duration=3s)", workers=1, connections=40) == "generator"
    thread.join()


def test_too_few_connections(bottleneck):
    assert bottleneck(arrivals="burst(300)", workers=2, connections=2) == "connections"


def test_a_database_in_which_everybody_waits_for_a_lock(bottleneck, database):
    def block():
        with connect(database) as conn, connect(database) as other, other.transaction():
            other.execute("lock table booking.booking_intents in share mode")
            while conn.execute(LOCKED).fetchone()[0] < 20:
                pass
            conn.execute("select pg_sleep(1.5)")  # beside the moments in which they connect

    thread = threading.Thread(target=block)
    thread.start()
    assert bottleneck(arrivals="burst(20)", connections=20, cold=True) == "lock"
    thread.join()
