"""Behind a connection pooler: it invents process ids, and passes sessions on; what is ours leaves no trace in them."""

import os
import re
import shutil
import subprocess
import time

import pytest
from program import SECONDS
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from booking_sim import doctor, surge
from booking_sim.booking import create_event, reserve
from booking_sim.database import connect, run_lease
from booking_sim.database.migrations import migrate
from booking_sim.database.programs import server_account
from booking_sim.database.run_lease import surge_lease, surges
from booking_sim.drills.proxy import Proxy
from booking_sim.errors import BookingSimError
from booking_sim.observer.messages import Watch
from booking_sim.observer.probe import Probe

SESSION = """
    select current_setting('default_transaction_read_only'), current_setting('statement_timeout'),
        (select count(*) from pg_prepared_statements)
"""


@pytest.fixture
def pooled(database):
    """The URL of the test's database through something that invents process ids."""
    with Proxy(database, invents_pids=True) as wire:
        yield wire.url


def failed_samples(result):
    """What the observer could not read; on a busy machine it misses samples besides."""
    return [problem for problem in result.manifest.observer.problems if "were missed" not in problem]


def test_the_observer_sees_everything_and_leaves_sessions_as_they_were(pooled, conn):
    event_id = create_event(conn, "concert", 3)
    reserve(conn, event_id, "ann")
    probe = Probe(Watch(pooled, "booking_sim observer test", (event_id,)))
    with connect(pooled) as connection:
        before = connection.execute(SESSION).fetchone()
    assert [counts for _, *counts in probe.samplers["inventory"]()["inventory"]] == [[2, 1, 0, 0]]
    assert probe.samplers["waits"]()
    assert probe.samplers["server"]()
    assert probe._connection().execute(SESSION).fetchone() == before
    probe.close()


def test_a_surge_and_the_doctor(pooled):
    assert migrate(pooled) == []
    result = surge(tickets=5, buyers=30, connections=3, workers=1, url=pooled, progress=False)
    assert result.ok, result.manifest.problems
    assert failed_samples(result) == []
    assert result.summary()["held"] == 5
    for _ in range(2):
        [finding] = [each for each in doctor(pooled, connections=3).findings if each.check == "pooler"]
        assert finding.advice == "Connect to the server itself."


def test_a_lease_ends_although_its_connection_never_answers_again(database, monkeypatch):
    monkeypatch.setattr(run_lease, "_END_S", 0.1)
    with Proxy(database) as wire, surge_lease(wire.url):
        wire.lose_answers()


PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
SETTINGS = """
[databases]
* = host={host} port={port} user={user}
[pgbouncer]
listen_addr =
unix_socket_dir = {folder}
listen_port = 6432
auth_type = any
pool_mode = {mode}
ignore_startup_parameters = extra_float_digits
logfile = {folder}/log
{prepared}
"""


def version():
    said = subprocess.run([PGBOUNCER, "--version"], check=True, capture_output=True, text=True).stdout
    return tuple(map(int, re.search(r"(\d+)\.(\d+)", said).groups()))


@pytest.fixture(params=["session", "transaction"])
def pgbouncer(request, database, server_home):
    """The URL of the test's database through PgBouncer, and its pool mode."""
    if PGBOUNCER is None:
        pytest.skip("PgBouncer is not installed: apt-get install pgbouncer")
    server, account, folder = conninfo_to_dict(database), server_account(), server_home
    folder.mkdir()
    prepared = "max_prepared_statements = 100" if version() >= (1, 21) else ""
    (folder / "ini").write_text(
        SETTINGS.format(
            host=server["host"],
            port=server["port"],
            user=server["user"],
            folder=folder,
            mode=request.param,
            prepared=prepared,
        )
    )
    switch = []
    if account:
        switch = ["-u", account.pw_name]
        os.chown(folder, account.pw_uid, account.pw_gid)
    process = subprocess.Popen([PGBOUNCER, "-q", *switch, folder / "ini"], stderr=subprocess.PIPE)
    try:
        while not (folder / ".s.PGSQL.6432").exists():
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.01)
        yield make_conninfo(database, host=str(folder), port=6432), request.param
    finally:
        process.terminate()
        process.wait(SECONDS)
        process.stderr.close()


@pytest.mark.faults
def test_pgbouncer(pgbouncer, conn):
    """Session mode works; transaction mode from 1.21 on; before that, one line says so."""
    url, mode = pgbouncer
    if mode == "transaction" and version() < (1, 21):
        with pytest.raises(BookingSimError, match=r"PgBouncer 1\.21 or newer"):
            surge(tickets=5, buyers=300, connections=3, workers=1, url=url, progress=False)
        return
    assert migrate(url) == []
    result = surge(tickets=5, buyers=300, connections=3, workers=1, url=url, progress=False)
    assert result.ok, result.manifest.problems
    assert failed_samples(result) == []
    for _ in range(2):
        assert doctor(url, connections=3).findings
    with surge_lease(url):
        for _ in range(3):  # in transaction mode, others get the server's session as soon as it is free
            with connect(url) as other:
                other.execute("select")
        assert len(surges(conn)) == 1
