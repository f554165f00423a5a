"""`booking-sim db`: what a person types, and what they read."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from booking_sim.database import connect, open_server
from booking_sim.database.embedded import Cluster
from booking_sim.database.leases import is_alive
from booking_sim.database.target import PG_VARIABLES

PROGRAM = Path(sys.executable).with_name("booking-sim")


@pytest.fixture
def run(server_home):
    """Run `booking-sim db` on a folder of the test's own, with no server named but those given."""
    plain = {name: value for name, value in os.environ.items() if name not in {"POSTGRES_URL", *PG_VARIABLES}}

    def run(*arguments, **named):
        environment = {**plain, "BOOKING_SIM_HOME": str(server_home), **named}
        done = subprocess.run([PROGRAM, "db", *arguments], env=environment, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    yield run
    Cluster(server_home).stop(force=True)


def test_from_start_to_stop(run, server_home):
    assert "running  no\n" in run("status")[1]
    assert not server_home.exists()  # asking makes nothing

    code, out, err = run("start")
    assert (code, err) == (0, "")
    pid = Cluster(server_home).pid
    assert out == f"PostgreSQL {Cluster(server_home).version} runs (process {pid}) until 'booking-sim db stop'.\n"
    assert run("start")[1] == out

    status = run("status")[1]
    assert f"running  yes, process {pid}\n" in status
    assert f"data     {server_home}/data\n" in status
    assert "users    none\n" in status
    assert "stays    until" in status

    assert run("stop") == (0, "Stopped.\n", "")
    assert not is_alive(pid)
    assert run("stop") == (0, "It was not running.\n", "")


def test_url_starts_the_server_and_prints_one_line_that_works(run):
    code, out, err = run("url")
    assert (code, err, out.count("\n")) == (0, "", 1)
    with connect(out.strip()) as connection:
        assert connection.execute("select current_user").fetchone() == ("postgres",)
    assert run("url")[1] == out


def test_stop_is_refused_while_somebody_uses_it(run, server_home):
    with Cluster(server_home) as cluster:
        code, out, err = run("stop")
        assert (code, out) == (2, "")
        assert f"(process {os.getpid()})" in err
        assert err.count("\n") == 1
        assert cluster.pid
        assert f"(process {os.getpid()})" in run("status")[1]
        assert run("stop", "--force") == (0, "Stopped.\n", "")
        assert cluster.pid is None


def test_a_server_that_is_not_ours_is_left_alone(run, server, server_home):
    named = {"POSTGRES_URL": f"{server.url}&password=s3cr3t" if "://" in server.url else server.url}
    for command, words in {"start": "nothing to start", "stop": "not ours to stop", "status": "POSTGRES_URL"}.items():
        code, out, err = run(command, **named)
        assert (code, err) == (0, "")
        assert words in out
        assert "s3cr3t" not in out
    assert run("url", **named) == (0, f"{named['POSTGRES_URL']}\n", "")
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
def test_bad_url_is_one_line_and_exit_2(run, command, url, words):
    code, out, err = run(command, POSTGRES_URL=url)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert words in err
    assert "cr3t" not in err


def test_folder_that_cannot_be_written(run):
    code, out, err = run("start", BOOKING_SIM_HOME="/dev/null/booking_sim")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "Set BOOKING_SIM_HOME to a folder that you can write to." in err


@pytest.mark.parametrize("command", [[], ["start"], ["stop"], ["status"], ["url"]])
def test_help_teaches(run, command):
    code, out, _ = run(*command, "--help")
    assert code == 0
    assert len(out.splitlines()) > 6
