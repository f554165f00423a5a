"""Scratch databases: gone with their run, also when it is killed; those of others are left alone."""

import subprocess
import sys

import pytest

from booking_sim.database import connect, run_lease
from booking_sim.database.scratch import empty_database, remove_abandoned

pytestmark = pytest.mark.core

KILLED = """
import os, signal, sys
from booking_sim.database.scratch import empty_database
with empty_database(sys.argv[1]) as url:
    print(url, flush=True)
    sys.stdin.read()
"""


def databases(connection):
    return {name for (name,) in connection.execute("select datname from pg_database where datname ~ '_scratch_'")}


def name_of(url):
    with connect(url) as connection:
        return connection.info.dbname


def wait_for_the_end_of_its_lease(connection, name):
    """The server ends a session after its client has gone."""
    sessions = f"select count(*) from pg_stat_activity where application_name = '{run_lease.SCRATCH}{name[-16:]}'"
    while connection.execute(sessions).fetchone() != (0,):
        connection.execute("select pg_sleep(0.01)")


def test_it_is_there_inside_and_gone_afterwards(database, conn):
    with empty_database(database) as url:
        name = name_of(url)
        assert name in databases(conn)
    assert name not in databases(conn)


def test_the_database_of_a_killed_run_is_removed_by_the_next_one(database, conn):
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, database], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    left = name_of(process.stdout.readline().strip())
    assert remove_abandoned(conn) == []  # while it lives, nobody takes it
    assert left in databases(conn)
    process.kill()
    process.communicate()
    wait_for_the_end_of_its_lease(conn, left)
    with empty_database(database):
        assert left not in databases(conn)


def test_only_abandoned_databases_of_this_user_that_nobody_uses_are_removed(server, database, conn):
    mine, used, foreign = (f"booking_sim_scratch_{digit * 16}" for digit in "abc")
    alike = "booking_sim_scratch_of_mine"
    for name in (mine, used, foreign, alike):
        server.admin.execute(f"create database {name} template template0")
    server.admin.execute(f"alter database {foreign} owner to {server.role}")
    try:
        with connect(server.url_of(used)):
            assert mine in remove_abandoned(conn)
        assert {used, foreign, alike} <= databases(conn)
        assert mine not in databases(conn)
    finally:
        for name in (mine, used, foreign, alike):
            server.admin.execute(f"drop database if exists {name}")


def test_a_lost_connection_keeps_neither_the_database_nor_the_result(database, conn):
    with empty_database(database) as url:
        name = name_of(url)
        conn.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity where starts_with(application_name, %s)",
            [f"{run_lease.SCRATCH}{name[-16:]}"],
        )
    assert name not in databases(conn)


def test_a_database_that_cannot_be_dropped_does_not_cost_the_result(server, database, conn, caplog):
    with empty_database(database) as url:
        name = name_of(url)
        server.admin.execute(f"alter database {name} is_template true")
    try:
        assert f"The scratch database {name} is left: " in caplog.text
    finally:
        server.admin.execute(f"alter database {name} is_template false")
        wait_for_the_end_of_its_lease(conn, name)
        assert name in remove_abandoned(conn)
