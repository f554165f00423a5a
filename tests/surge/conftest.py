"""What tests of the surge share: the command in a process of its own, and the moment when it is under way."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from waiting import SECONDS

from booking_sim.database import connect

COMMAND = Path(sys.executable).with_name("booking-sim")


@pytest.fixture
def command(database, tmp_path):
    """Start `booking-sim surge` with options, on the test's database; it is gone when the test is."""
    started = []

    def start(*options, **environment):
        process = subprocess.Popen(
            [COMMAND, "surge", *map(str, options)],
            cwd=tmp_path,
            env=os.environ | {"POSTGRES_URL": database} | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def first_hold(conn, database):
    """Wait until the first hold is committed: the surge is under way."""
    conn.execute("""
        create function public.tell() returns trigger language plpgsql as
            $$ begin perform pg_notify('held', ''); return null; end $$;
        create trigger tell after insert on booking.booking_intents for each row execute function public.tell()
    """)
    with connect(database) as listener:
        listener.execute("listen held")

        def wait():
            assert list(listener.notifies(timeout=SECONDS, stop_after=1)), "nobody held a ticket"

        yield wait
