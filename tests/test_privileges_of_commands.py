"""What the documentation says that a command needs is enough, and without it one line says what is missing."""

import re
import secrets
from pathlib import Path

import pytest
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier

from booking_sim.cli import COMMANDS
from booking_sim.database import connect
from booking_sim.database.privileges import grant

PAGE = Path(__file__).parents[1] / "docs" / "how-to" / "own-postgresql.md"
SURGE = ("surge", "--tickets", 2, "--buyers", 4, "--connections", 2, "--workers", 1, "--out", "out")


@pytest.fixture
def guest(server, database):
    """A role that may log in, and do nothing else: its name, and the URL of the test's database for it."""
    name = f"guest_{secrets.token_hex(4)}"
    server.admin.execute(f"create role {name} login")
    yield name, make_conninfo(database, user=name)
    with connect(database) as owner:
        owner.execute(f"drop owned by {name}")
    server.admin.execute(f"drop role {name}")


@pytest.mark.parametrize("words", [SURGE, ("audit",)], ids=["surge", "audit"])
def test_what_the_audit_grant_gives(run, conn, guest, words):
    name, url = guest
    status, out, err = run(*words, POSTGRES_URL=url)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert name in err
    grant(conn, name)
    assert run(*words, POSTGRES_URL=url)[0] == 2
    grant(conn, name, audit=True)
    assert run(*words, POSTGRES_URL=url)[::2] == (0, "")


def test_a_strategy_needs_the_right_to_make_databases(run, server, guest):
    name, url = guest
    words = (*SURGE, "--strategy", "skip_locked")
    status, _, err = run(*words, POSTGRES_URL=url)
    assert (status, err.count("\n")) == (2, 1)
    assert f"'alter role {name} createdb'" in err
    server.admin.execute(f"alter role {name} createdb")
    assert run(*words, POSTGRES_URL=url)[::2] == (0, "")


def test_migrations_need_the_right_to_make_schemas(run, server, conn, guest):
    name, url = guest
    conn.execute("drop schema booking, booking_sim cascade")
    status, _, err = run("db", "migrate", POSTGRES_URL=url)
    assert (status, err.count("\n")) == (2, 1)
    conn.execute(SQL("grant create on database {} to {}").format(Identifier(conn.info.dbname), Identifier(name)))
    assert run("db", "migrate", POSTGRES_URL=url)[::2] == (0, "")
    assert run(*SURGE, POSTGRES_URL=url)[::2] == (0, "")
    assert run("db", "reset", "--yes", POSTGRES_URL=url)[::2] == (0, "")


def test_a_doctor_needs_none(run, guest):
    assert run("doctor", "--connections", 2, POSTGRES_URL=guest[1])[2] == ""


def test_the_page_names_every_command():
    table = re.search(r"^\| command .*?\n\n", PAGE.read_text(), re.DOTALL | re.MULTILINE)[0]
    named = {word for words in re.findall(r"`([^`]+)`", table) for word in words.split()[:1]}
    assert {*COMMANDS} <= named, "a command without its privileges"
