"""`booking-sim db`: what a person types, and what they read."""

import os

import pytest
from program import SECONDS

from booking_sim.database import connect, open_server
from booking_sim.database.embedded import Cluster
from booking_sim.database.leases import is_alive
from booking_sim.database.target import PG_VARIABLES


@pytest.fixture
def at_home(server_home):
    """An environment for `booking-sim db`: a folder of the test's own, and no server that is named."""
    yield dict.fromkeys(["POSTGRES_URL", *PG_VARIABLES]) | {"BOOKING_SIM_HOME": str(server_home)}
    Cluster(server_home).stop(force=True)


@pytest.fixture
def db(run, at_home):
    """Run `booking-sim db` there, or with a server named."""
    return lambda *arguments, **named: run("db", *arguments, **at_home | named)


def test_from_start_to_stop(start, db, at_home, server_home):
    assert "running  no\n" in db("status")[1]
    assert not server_home.exists()  # asking makes nothing

    process = start("db", "start", **at_home)
    out, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, err) == (0, "")
    pid = Cluster(server_home).pid
    assert out == f"PostgreSQL {Cluster(server_home).version} runs (process {pid}) until 'booking-sim db stop'.\n"
    assert db("start")[1] == out

    status = db("status")[1]
    assert f"running  yes, process {pid}\n" in status
    assert f"data     {server_home}/data\n" in status
    assert "users    none\n" in status
    assert "stays    until" in status

    assert db("stop") == (0, "Stopped.\n", "")
    assert not is_alive(pid)
    assert db("stop") == (0, "It was not running.\n", "")


def test_url_starts_the_server_and_prints_one_line_that_works(db):
    code, out, err = db("url")
    assert (code, err, out.count("\n")) == (0, "", 1)
    with connect(out.strip()) as connection:
        assert connection.execute("select current_user").fetchone() == ("postgres",)
    assert db("url")[1] == out


def test_stop_is_refused_while_somebody_uses_it(db, server_home):
    with Cluster(server_home) as cluster:
        code, out, err = db("stop")
        assert (code, out) == (2, "")
        assert f"(process {os.getpid()})" in err
        assert err.count("\n") == 1
        assert cluster.pid
        assert f"(process {os.getpid()})" in db("status")[1]
        assert db("stop", "--force") == (0, "Stopped.\n", "")
        assert cluster.pid is None


def test_a_server_that_is_not_ours_is_left_alone(db, server, server_home):
    named = {"POSTGRES_URL": f"{server.url}&password=s3cr3t" if "://" in server.url else server.url}
    for command, words in {
        "start": "nothing to start",
        "stop": "only the embedded server can be stopped",
        "status": "POSTGRES_URL",
    }.items():
        code, out, err = db(command, **named)
        assert (code, err) == (0, "")
        assert words in out
        assert "s3cr3t" not in out
    assert db("url", **named) == (0, f"{named['POSTGRES_URL']}\n", "")
    assert not server_home.exists()
    with open_server(server.url):  # still there
        pass


@pytest.mark.parametrize("command", ["start", "status", "url"])
@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://u:s3cr3t@127.0.0.1:1/db", "No PostgreSQL answers at 127.0.0.1:1."),
        ("postgresql://u:s3@cr3t@127.0.0.1:1/db", "POSTGRES_URL cannot be read"),
    ],
)
def test_bad_url_is_one_line_and_exit_2(db, command, url, words):
    code, out, err = db(command, POSTGRES_URL=url)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert words in err
    assert "cr3t" not in err


def test_folder_that_cannot_be_written(db):
    code, out, err = db("start", BOOKING_SIM_HOME="/dev/null/booking_sim")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "Set BOOKING_SIM_HOME to a folder that you can write to." in err


@pytest.mark.parametrize("command", [[], ["start"], ["stop"], ["status"], ["url"]])
def test_help_teaches(db, command):
    code, out, _ = db(*command, "--help")
    assert code == 0
    assert len(out.splitlines()) > 6
