"""A database is brought to this version once, whole, by one process at a time, and never somebody else's."""

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest

from booking_sim.database import connect, connecting, migration_files, migrations, run_lease
from booking_sim.database.migrations import migrate, pending, reset
from booking_sim.errors import BookingSimError
from booking_sim.queries import load

pytestmark = pytest.mark.core

ADVISORY_LOCKS = """
    select count(*) from pg_locks join pg_database as d on d.oid = database
    where locktype = 'advisory' and d.datname = current_database()
"""
FILES = [migration.name for migration in migration_files.read()]
NEXT = len(FILES)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A copy of sql/migrations that a test may change."""
    copy = shutil.copytree(migration_files.FOLDER, tmp_path / "migrations")
    monkeypatch.setattr(migration_files, "FOLDER", copy)
    return copy


@pytest.fixture
def empty(empty_database):
    with connect(empty_database, autocommit=True) as connection:
        yield connection


@pytest.fixture
def role(server):
    """A role that may do nothing."""
    return server.role


def schemas(connection):
    return {name for (name,) in connection.execute("select nspname from pg_namespace where nspname !~ '^pg_'")}


def ledger(connection):
    return connection.execute("select * from booking_sim.migrations order by number").fetchall()


@contextmanager
def refused(connection, words):
    """The block raises one clear line with these words, and leaves ledger and schemas as they were."""
    before = schemas(connection), "booking_sim" in schemas(connection) and ledger(connection)
    with pytest.raises(BookingSimError, match=words) as error:
        yield
    assert "\n" not in str(error.value)
    assert before == (schemas(connection), "booking_sim" in schemas(connection) and ledger(connection))


def test_an_empty_database_gets_every_file_in_order(empty, empty_database):
    assert pending(empty_database) == FILES
    assert "booking" not in schemas(empty)

    assert migrate(empty_database) == FILES

    rows = [(row[0], row[1], row[2]) for row in ledger(empty)]
    assert rows == [(m.number, m.name, m.checksum) for m in migration_files.read()]
    assert pending(empty_database) == []


def test_again_is_a_no_op(conn):
    before = ledger(conn)
    assert migrate(conn) == []
    assert ledger(conn) == before


def test_a_new_file_is_applied_alone(conn, folder):
    (folder / f"{NEXT:04}_extra.sql").write_text("-- Extra.\ncreate table booking.extra ();")
    assert pending(conn) == migrate(conn) == [f"{NEXT:04}_extra.sql"]
    assert conn.execute("select * from booking.extra").fetchall() == []


def test_many_at_once_apply_each_file_once(empty_database):
    start = threading.Barrier(6)

    def one(_):
        with connect(empty_database, autocommit=True) as connection:
            start.wait()
            return migrate(connection)

    with ThreadPoolExecutor(6) as pool:
        assert sorted(name for names in pool.map(one, range(6)) for name in names) == FILES


def test_a_connection_of_the_caller_stays_open_and_unlocked(empty):
    migrate(empty)
    assert empty.execute(ADVISORY_LOCKS).fetchone() == (0,)


def test_the_lock_is_given_back_after_a_refusal(conn, folder):
    (folder / FILES[-1]).write_text("-- Other.\n")
    with refused(conn, "is not what was applied"):
        migrate(conn)
    assert conn.execute(ADVISORY_LOCKS).fetchone() == (0,)


def test_a_connection_in_a_transaction_of_the_caller_is_refused(database):
    with connect(database, autocommit=False) as connection, pytest.raises(ValueError, match="autocommit"):
        migrate(connection)


@pytest.mark.parametrize("call", [migrate, pending])
def test_a_changed_file_is_refused(conn, folder, call):
    path = folder / FILES[1]
    path.write_text(path.read_text() + "\n")
    with refused(conn, f"{FILES[1]} is not what was applied as {FILES[1]}: put the file back"):
        call(conn)


def test_other_line_ends_are_no_change(conn, folder):
    path = folder / FILES[1]
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert migrate(conn) == []


def test_a_renamed_file_is_refused(conn, folder):
    (folder / FILES[1]).rename(folder / "0001_another_name.sql")
    with refused(conn, f"0001_another_name.sql is not what was applied as {FILES[1]}"):
        migrate(conn)


def test_a_gap_in_the_files_is_refused(conn, folder):
    (folder / f"{NEXT + 1:04}_extra.sql").write_text("-- Extra.\n")
    with refused(conn, f"{NEXT + 1:04}_extra.sql stands where {NEXT:04} should"):
        migrate(conn)


def test_a_number_twice_is_refused(conn, folder):
    (folder / "0001_zzz.sql").write_text("-- Extra.\n")
    with refused(conn, "0001_zzz.sql stands where 0002 should"):
        migrate(conn)


def test_a_file_without_a_number_is_refused(conn, folder):
    (folder / "extra.sql").write_text("-- Extra.\n")
    with refused(conn, "extra.sql is not the name of a migration"):
        migrate(conn)


def test_a_gap_in_the_ledger_is_refused(conn):
    conn.execute("delete from booking_sim.migrations where number = 1")
    with refused(conn, f"The ledger has {FILES[2]} but not number 0001 before it"):
        migrate(conn)


def test_a_newer_version_in_the_ledger_is_refused(conn):
    conn.execute(load("ledger/record"), (NEXT, f"{NEXT:04}_from_tomorrow.sql", "0" * 64))
    with refused(conn, f"{NEXT:04}_from_tomorrow.sql was applied by a newer booking_sim.*upgrade"):
        migrate(conn)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "-- Señor.\ncreate table booking.extra ();\ncreate tabel booking.more ();",
            ', line 3: syntax error at or near "tabel"',
        ),
        ("-- Extra.\ncreate table booking.extra ();\n\nselect no_such();", ", line 4: function no_such"),
        ("-- Extra.\ncreate table booking.extra ();\nselect 1 / 0;", ": division by zero"),
        (
            "create table booking.extra (); alter table booking_sim.migrations add check (name not like '%extra.sql');",
            ": new row for relation .migrations. violates check",
        ),
    ],
    ids=["syntax", "meaning", "run", "its row in the ledger"],
)
def test_a_failing_file_changes_nothing_and_says_where(empty, folder, text, words):
    name = f"{NEXT:04}_extra.sql"
    (folder / name).write_text(text)
    with pytest.raises(BookingSimError, match=f"{name}{words}") as error:
        migrate(empty)
    assert "\n" not in str(error.value)
    assert [row[1] for row in ledger(empty)] == FILES, "the files before it stay"
    assert empty.execute("select to_regclass('booking.extra')").fetchall() == [(None,)]

    (folder / name).write_text("-- Put right.\ncreate table booking.extra ();")
    assert migrate(empty) == [name]


def test_a_migration_whose_backend_dies_leaves_the_way_free(conn, database, folder):
    name = f"{NEXT:04}_extra.sql"
    (folder / name).write_text("create table booking.extra ();\nselect pg_terminate_backend(pg_backend_pid());")
    with pytest.raises(BookingSimError, match=f"{name}: terminating connection"):
        migrate(database)
    (folder / name).write_text("create table booking.extra ();")
    assert migrate(conn) == [name]


def test_a_user_without_permission_is_told_what_to_ask_for(empty, role):
    empty.execute(f"set role {role}")
    with refused(empty, f"User '{role}' may not create a schema in database .* grant create"):
        migrate(empty)


@pytest.mark.parametrize("call", [migrate, pending])
def test_a_user_who_may_not_read_the_ledger_is_told_so(conn, role, call):
    conn.execute(f"set role {role}")
    with pytest.raises(BookingSimError, match=f"User '{role}' may not read the ledger"):
        call(conn)


@pytest.mark.parametrize("call", [migrate, pending, reset])
def test_a_schema_of_somebody_else_is_left_alone(empty, call):
    empty.execute("create schema booking; create table booking.tickets (id int)")
    with refused(empty, "schema 'booking'.*booking_sim"):
        call(empty)
    assert empty.execute("select * from booking.tickets").fetchall() == []


@pytest.mark.parametrize("call", [migrate, reset])
def test_a_schema_that_somebody_else_put_in_the_place_of_ours_is_left_alone(conn, call):
    conn.execute("drop schema booking cascade; create schema booking")
    with refused(conn, "schema 'booking'.*booking_sim"):
        call(conn)


@pytest.mark.parametrize(("lost", "left"), [("booking", "booking_sim"), ("booking_sim", "booking")])
def test_half_of_what_we_made_is_not_taken_for_a_whole(conn, lost, left):
    conn.execute(f"drop schema {lost} cascade")
    with refused(conn, f"has lost the schema '{lost}' that belongs to '{left}'"):
        migrate(conn)


def test_an_old_server_is_refused(empty, monkeypatch):
    monkeypatch.setattr(connecting, "OLDEST_VERSION", 99)
    with refused(empty, r"is PostgreSQL 1\d; booking_sim needs 99 or newer"):
        migrate(empty)


def test_reset_drops_the_bookings_and_begins_anew(conn):
    conn.execute("select booking.create_event('an evening', 3)")
    assert reset(conn) == FILES
    assert conn.execute("select * from booking.tickets").fetchall() == []
    assert reset(conn) == FILES, "what reset made is ours as well"


def test_reset_leaves_everything_else_in_the_database(conn):
    conn.execute("create schema mine; create table mine.notes as select 'keep' as note")
    reset(conn)
    assert conn.execute("select * from mine.notes").fetchall() == [("keep",)]


def test_reset_begins_a_refused_ledger_anew(conn):
    conn.execute("update booking_sim.migrations set checksum = repeat('0', 64)")
    assert reset(conn) == FILES
    assert migrate(conn) == []


def test_reset_refuses_a_database_that_was_never_migrated(empty):
    with refused(empty, "is not reset: it has no schema 'booking' that booking_sim made"):
        reset(empty)


def test_a_reset_that_fails_keeps_the_bookings(conn, folder):
    conn.execute("select booking.create_event('an evening', 3)")
    (folder / f"{NEXT:04}_extra.sql").write_text("select no_such();")
    with refused(conn, "no_such"):
        reset(conn)
    assert conn.execute("select count(*) from booking.tickets").fetchall() == [(3,)]


def test_reset_does_not_wait_for_ever_for_somebody_at_work(conn, database):
    with psycopg.connect(database) as other:
        other.execute("lock table booking.events in access share mode")
        with refused(conn, "is not reset: .*lock timeout.*End all other work"):
            reset(conn)


def test_reset_by_another_user_is_refused(conn, role):
    conn.execute(f"grant usage on schema booking, booking_sim to {role}; set role {role}")
    with pytest.raises(BookingSimError, match="is not reset: must be owner of schema booking"):
        reset(conn)


def test_a_migration_leaves_no_lock_on_its_connection(empty):
    """A pooler would hand the connection with the lock to the next client."""
    migrate(empty)
    reset(empty)
    assert empty.execute(ADVISORY_LOCKS).fetchone() == (0,)
    assert empty.execute("show lock_timeout").fetchone() == ("0",)


def test_a_migration_that_waits_for_another_says_who_holds_the_lock(empty_database, empty, monkeypatch):
    monkeypatch.setattr(migrations, "LOCK_SECONDS", 0.05)
    with connect(empty_database, autocommit=False, application_name="somebody") as other:
        other.execute("select pg_advisory_xact_lock(hashtextextended('booking_sim.migrations', 0))")
        pid, user = other.info.backend_pid, other.info.user
        words = rf"did not end within 0.05 s: server process {pid} \(user '{user}', application 'somebody', idle in tr"
        with refused(empty, words):
            migrate(empty)
    assert migrate(empty) == FILES


def test_reset_refuses_while_a_surge_runs(database, conn):
    with run_lease.surge_lease(database), refused(conn, r"is not reset: a surge runs in it \(server process \d+\)"):
        reset(conn)
    assert reset(conn) == FILES


def test_a_surge_elsewhere_does_not_keep_a_database_from_its_reset(server, conn):
    with run_lease.surge_lease(server.url):
        assert reset(conn) == FILES


def test_a_connection_with_another_encoding_is_refused_before_the_ledger_is_misread(conn):
    conn.execute("set client_encoding = sql_ascii")
    with pytest.raises(BookingSimError, match="client_encoding is SQL_ASCII: set it to UTF8"):
        migrate(conn)


def test_a_database_of_any_encoding_is_migrated_twice(server):
    """Its ledger was once misread, and the message said to drop it."""
    name = f"{server.prefix}_ascii"
    server.admin.execute(f"create database {name} template template0 encoding sql_ascii locale 'C'")
    try:
        assert migrate(server.url_of(name)) == FILES
        assert migrate(server.url_of(name)) == []
    finally:
        server.admin.execute(f"drop database {name}")
