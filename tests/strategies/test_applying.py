"""Applying a file: all of it or nothing, in a database of its own that is gone afterwards."""

import os

import pytest
from psycopg.conninfo import make_conninfo
from psycopg.errors import RaiseException

from booking_sim.database import connect
from booking_sim.errors import BookingSimError
from booking_sim.resources import SQL
from booking_sim.strategies import find
from booking_sim.strategies.applying import scratch

pytestmark = pytest.mark.core


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
    assert server.scratches(os.getpid()) == []


NONE_OF_THEM = (
    r"own\.sql defines none of booking\.claim, booking\.hold, booking\.reserve, booking\.confirm, booking\.release, "
    r"booking\.expire_holds, booking\.create_event: define one of them\.$"
)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-- create function booking.claim(",
        "create index on booking.tickets (held_by);",
        "create function public.reserve() returns int language sql as 'select 1';",
        "drop function booking.confirm;",
    ],
)
def test_a_file_that_defines_no_function_of_the_contract(server, tmp_path, text):
    path = tmp_path / "own.sql"
    path.write_text(text)
    with pytest.raises(BookingSimError, match=NONE_OF_THEM), scratch(server.url, find(path)):
        pass
    assert server.scratches(os.getpid()) == []


@pytest.mark.parametrize(
    "text",
    [
        (SQL / "contract" / "reserve.sql").read_text(encoding="utf-8"),  # as it was, but written by its user
        "set local search_path = booking; create function claim() returns int language sql as 'select 1'",
    ],
)
def test_a_file_that_defines_one_in_some_way(server, tmp_path, text):
    path = tmp_path / "own.sql"
    path.write_text(text)
    with scratch(server.url, find(path)):
        pass


def test_serializable_does_not_apply_where_the_check_of_the_isolation_level_is_another(server):
    with scratch(server.url, find("default")) as url, connect(url) as connection:
        connection.execute(
            "create or replace function booking.check_request("
            "event_id bigint, user_id text, quantity int, hold_for interval, request_key text"
            ") returns int language sql as 'select 1'"
        )
        with pytest.raises(RaiseException, match=r"check_request\(\) does not name read committed"):
            connection.execute(find("serializable").path.read_text(encoding="utf-8"))


def test_the_scratch_database_is_gone_also_after_an_error_and_with_somebody_in_it(server):
    inside = []

    def fail_inside():
        with scratch(server.url, find("skip_locked")) as url:
            inside.append(connect(url))
            assert server.scratches(os.getpid()) == [inside[0].info.dbname]
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_inside()
    assert server.scratches(os.getpid()) == []
    inside[0].close()


def test_a_user_without_the_right_to_create_databases(server):
    url = make_conninfo(server.url, options=f"-c role={server.role}")
    with (
        pytest.raises(BookingSimError, match=r"may not create a scratch database: .*createdb"),
        scratch(url, find("default")),
    ):
        pass
