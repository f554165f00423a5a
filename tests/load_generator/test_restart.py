"""An embedded server that dies during a surge is started again, if that was asked for, and the run recovers."""

import json
import os
import signal

import pytest
from program import SECONDS

from booking_sim import load, surge
from booking_sim.database import connect
from booking_sim.database.embedded import Cluster
from booking_sim.errors import SettingError

SURGE = ("--arrivals", "constant(rate=60, duration=3s)", "--tickets", "500", "--connections", "4", "--workers", "1")
HELD = "select count(*) > 20, pg_sleep(0.01) from booking.booking_intents"


def test_the_run_recovers_and_says_when_the_server_was_started_again(start, server_home, tmp_path):
    environment = {"BOOKING_SIM_HOME": str(server_home), "POSTGRES_URL": None}
    cluster = Cluster(server_home)
    with cluster:  # made and migrated before, so that the test knows when the first holds are there
        surge(tickets=1, buyers=1, connections=1, workers=1, url=cluster.url, progress=False)
        process = start("surge", *SURGE, "--restart", "--json", "--out", "out", **environment)
        with connect(cluster.url) as connection:
            while not connection.execute(HELD).fetchone()[0]:
                assert process.poll() is None, process.communicate()
        os.kill(cluster.pid, signal.SIGKILL)
        out, err = process.communicate(timeout=SECONDS)
    assert process.returncode == 0, (out, err)
    result = load(tmp_path / "out")
    assert (json.loads(out)["held"], result.ok) == (180, True)
    assert len(result.manifest.server_restarts) == 1


def test_only_an_embedded_server_can_be_started_again(database):
    with pytest.raises(SettingError, match="restart=True is invalid for the server of url: only the embedded"):
        surge(url=database, restart=True)
