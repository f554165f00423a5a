"""A server that stands still for a second: those who come meanwhile wait, and the latency from the plan says so."""

import os
import signal
import threading

from booking_sim import surge
from booking_sim.database import connect
from booking_sim.stats import percentiles

BACKENDS = """
    select pid from pg_stat_activity where datname = current_database() and application_name like 'booking_sim surge%'
"""


def test_a_stall_shows_in_the_latency_from_the_plan(database, conn, first_hold):
    def stall():
        first_hold()
        with connect(database) as other:
            pids = [pid for (pid,) in other.execute(BACKENDS)]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        threading.Event().wait(1)
        for pid in pids:
            os.kill(pid, signal.SIGCONT)

    thread = threading.Thread(target=stall)
    thread.start()
    settings = {"arrivals": "constant(rate=100, duration=3s)", "tickets": 500, "connections": 4}
    result = surge(**settings, url=database, progress=False)
    thread.join()
    assert result.ok
    assert result.summary()["held"] == 300
    assert percentiles(result.attempts, (90,), clock="scheduled")[90] > 500  # a third of the buyers came meanwhile
    assert (result.attempts["latency_ms"] > 500).sum() <= 8  # and only those with a call under way see it otherwise
