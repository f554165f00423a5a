"""Applying a file: all of it or nothing, in a database of its own that is gone afterwards."""

import os

import pytest
from psycopg.conninfo import make_conninfo

from booking_sim.database import connect
from booking_sim.errors import BookingSimError
from booking_sim.strategies import find, scratch

pytestmark = pytest.mark.core


def scratches(server):
    """The scratch databases of this process that are there."""
    query = "select datname from pg_database where starts_with(datname, %s)"
    return [name for (name,) in server.admin.execute(query, [f"booking_sim_scratch_{os.getpid()}_"])]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("-- mine\n\ncreate tabel x ();\n", r'own\.sql, line 3: syntax error at or near "tabel"\. Put it right'),
        (
            "create table public.x ();\ncreate index on public.y (z);",
            r'own\.sql: relation "public\.y" does not exist\.',
        ),
        (
            "create function f() returns int language plpgsql as $$\nbegin\n  retrun 1;\nend $$",
            r"own\.sql, line 3: syntax",
        ),
        ("create table public.x ();\ncommit;", r"own\.sql ends the transaction .*: take out its COMMIT"),
        ("rollback;", r"own\.sql ends the transaction .*: take out its COMMIT"),
        ("vacuum", r"own\.sql: VACUUM cannot run inside a transaction block"),
    ],
)
def test_a_file_that_does_not_apply(server, tmp_path, text, complaint):
    path = tmp_path / "own.sql"
    path.write_text(text)
    with pytest.raises(BookingSimError, match=complaint) as refusal, scratch(server.url, find(path)):
        pass
    assert "\n" not in str(refusal.value)
    assert scratches(server) == []


def test_the_scratch_database_is_gone_also_after_an_error_and_with_somebody_in_it(server):
    inside = []

    def fail_inside():
        with scratch(server.url, find("skip_locked")) as url:
            inside.append(connect(url))
            assert scratches(server) == [inside[0].info.dbname]
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_inside()
    assert scratches(server) == []
    inside[0].close()


def test_a_user_without_the_right_to_create_databases(server):
    url = make_conninfo(server.url, options=f"-c role={server.role}")
    with (
        pytest.raises(BookingSimError, match=r"may not create a scratch database: .*createdb"),
        scratch(url, find("default")),
    ):
        pass
