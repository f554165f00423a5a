"""What kept a surge from being faster, of surges in which it is known."""

import os
import threading
from pathlib import Path

import pytest
from program import children
from psycopg.conninfo import conninfo_to_dict

from booking_sim import mark, stats, surge
from booking_sim.cli.surge_report import report
from booking_sim.database import connect
from booking_sim.load_generator.worker import run_queue
from booking_sim.report.run_warnings import run_warnings

LOCKED = """
    select count(*), pg_sleep(0.01) from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock' and application_name like 'booking_sim surge%'
"""


@pytest.fixture
def bottleneck(database):
    """Run a surge; its generator's report, which names what kept it from being faster."""

    def run(**settings):
        result = surge(tickets=1000, **settings, url=database, progress=False)
        assert result.ok
        return result.manifest.generator

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
    generator = bottleneck(arrivals="constant(rate=50, duration=3s)", workers=1, connections=40)
    thread.join()
    assert generator.bottleneck == "generator"
    [delayed] = generator.delayed
    assert 0.2 < delayed < 1


def test_too_few_connections(bottleneck):
    assert bottleneck(arrivals="burst(300)", workers=2, connections=2).bottleneck == "connections"


def test_the_time_that_a_thread_waited_for_a_processor(monkeypatch, tmp_path):
    monkeypatch.setattr(run_queue, "_SCHEDSTAT", tmp_path / "schedstat")
    assert run_queue.time_in_run_queue() == 0, "not Linux"
    (tmp_path / "schedstat").write_text("7 2500000000 3\n")
    assert run_queue.time_in_run_queue() == 2.5


def test_a_lock_of_somebody_else_is_named_with_its_holder(database):
    def block():
        with connect(database) as conn, connect(database, application_name="shop") as other, other.transaction():
            other.execute("lock table booking.booking_intents in share mode")
            while conn.execute(LOCKED).fetchone()[0] < 20:
                pass
            assert mark("they wait")
            conn.execute("checkpoint")
            conn.execute("select pg_sleep(1.5)")  # beside the moments in which they connect

    thread = threading.Thread(target=block)
    thread.start()
    result = surge(
        tickets=1000, arrivals="burst(20)", connections=20, cold=True, workers=1, url=database, progress=False
    )
    thread.join()
    assert result.manifest.generator.bottleneck == "lock"
    holder = "(shop, user {}, idle in transaction): lock table booking.booking_intents in share mode".format
    words = holder(conninfo_to_dict(database)["user"])
    [warning] = [each for each in run_warnings(result) if "kept locks from it" in each]
    assert words in warning
    assert f"; most often that of process {stats.blockers(result.sessions, result.waits)['pid'][0]} {words}" in report(
        result, Path()
    )
    marked = result.events["text"].tolist().index("they wait")  # checkpoints of others may come at any time
    assert {*result.events["kind"][marked:]} == {"mark", "checkpoint"}
    assert result.manifest.generator.limit_per_s > 20
    assert stats.waits_by_call(result.waits).loc["reserve", "lock"] > 0
