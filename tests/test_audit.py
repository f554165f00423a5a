"""The audit holds on what the functions made, also while they work, and sees every wrong state for what it is."""

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from threading import Barrier, Event

import pytest
from corruptions import BLINK, CORRUPTIONS, TEAR_DOWN, populate
from psycopg.rows import dict_row

from booking_sim import queries
from booking_sim.audit import RULES, audit, holds
from booking_sim.booking import confirm, create_event, expire_holds, release, reserve
from booking_sim.database import connect
from booking_sim.errors import BookingSimError
from booking_sim.resources import SQL

core = pytest.mark.core
SWEEP_BOUND = timedelta(hours=1)


def violated(frame):
    """The offenders of each violated invariant, by its name."""
    broken = frame[frame["violations"] > 0]
    assert [len(offenders) for offenders in broken["offenders"]] == [min(5, found) for found in broken["violations"]]
    return dict(zip(broken["name"], broken["offenders"], strict=True))


# What must pass.


@core
def test_holds_on_a_fresh_database_and_on_a_mix(conn):
    assert violated(audit(conn, sweep_bound=timedelta(0))) == {}
    populate(conn)
    frame = audit(conn, sweep_bound=SWEEP_BOUND)
    assert violated(frame) == {}
    assert holds(frame)
    assert frame.columns.tolist() == ["name", "rule", "checked", "violations", "offenders"]
    assert frame["violations"].dtype == "int64"
    assert frame["checked"].all()


def test_every_query_is_a_rule_and_says_it_in_a_sentence(conn):
    frame = audit(conn)
    helpers = {"snapshot", "through_indexes", "first_offenders", "event_exists"}
    assert set(frame["name"]) == {path.stem for path in (SQL / "audit").glob("*.sql")} - helpers
    assert all(rule.endswith(".") and rule[0].isupper() for rule in frame["rule"])


@core
def test_holds_while_the_functions_work(database, conn):
    event_id = create_event(conn, "busy", 200)
    stop, started = Event(), Barrier(9)
    numbers = count()

    def work(worker):
        with connect(database) as connection:
            started.wait()
            while not stop.is_set():
                number = next(numbers)
                hold_for = BLINK if number % 4 == 0 else timedelta(minutes=5)
                key = f"key {number}" if number % 3 == 0 else None
                held = reserve(connection, event_id, worker, 1 + number % 3, hold_for=hold_for, request_key=key)
                if held.intent_id is not None:
                    (confirm if number % 50 == 1 else release)(connection, held.intent_id, worker)
                if number % 5 == 0:
                    expire_holds(connection, event_id)

    with ThreadPoolExecutor(8) as pool:
        workers = [pool.submit(work, f"worker {worker}") for worker in range(8)]
        started.wait()
        try:
            frames = [audit(conn, sweep_bound=SWEEP_BOUND) for _ in range(5)]
        finally:
            stop.set()
        for worker in workers:
            worker.result()
    assert [violated(frame) for frame in frames] == [{}] * 5
    intents = dict(conn.execute("select status::text, count(*) from booking.booking_intents group by 1").fetchall())
    assert min(intents.get(status, 0) for status in ("confirmed", "released", "expired")) > 0


@core
def test_all_rules_see_one_snapshot(database, conn):
    populate(conn)
    with ThreadPoolExecutor(1) as pool, connect(database) as other:
        with other.transaction():
            other.execute("lock table booking.tickets")  # the first rule reads intents only; the second waits here
            audited = pool.submit(audit, database)
            waiting = (
                "select exists (select from pg_locks where relation = 'booking.tickets'::regclass and not granted)"
            )
            while not conn.execute(waiting).fetchone()[0]:
                assert not audited.done()
            other.execute("delete from booking.tickets where (event_id, ticket_no) = (1, 12)")
        assert violated(audited.result()) == {}
    assert violated(audit(database)).keys() == {"capacity"}


# What must be seen.


@pytest.fixture(scope="module")
def unwalled_database(server):
    with server.database(server.template) as url, connect(url) as connection:
        connection.execute(TEAR_DOWN)
        yield connection


@pytest.fixture
def unwalled(unwalled_database):
    """A connection to a populated database without walls, the same for all tests, filled anew for each."""
    unwalled_database.execute(
        "truncate booking.events, booking.combed, booking.tickets, booking.booking_intents restart identity"
    )
    populate(unwalled_database)
    return unwalled_database


@core
@pytest.mark.parametrize("corruption", CORRUPTIONS, ids=lambda corruption: corruption.name)
def test_sees_a_wrong_state_for_what_it_is(unwalled, corruption):
    assert violated(audit(unwalled, sweep_bound=SWEEP_BOUND)) == {}
    unwalled.execute(corruption.sql)
    found = violated(audit(unwalled, sweep_bound=SWEEP_BOUND))
    assert found.keys() == corruption.caught.keys()
    for name, offenders in corruption.caught.items():
        assert [shown_of(offender, found[name]) for offender in offenders] == offenders
        assert len(found[name]) == len(offenders)


def shown_of(expected: Mapping, offenders):
    """The offender that has these values, cut down to them, or all of them if none has."""
    cut = [{name: offender.get(name, "no such column") for name in expected} for offender in offenders]
    return expected if expected in cut else cut


def test_each_rule_has_a_wrong_state_that_would_show_without_it():
    caught = {name for corruption in CORRUPTIONS for name in corruption.caught}
    assert caught | {"indexes"} == set(RULES)


@core
def test_violations_are_counted_exactly_and_the_first_five_shown(conn):
    event_id = create_event(conn, "a thousand", 1000)
    for _ in range(7):
        reserve(conn, event_id, "ann", hold_for=BLINK)
        expire_holds(conn, event_id)
    conn.execute("alter table booking.booking_intents disable trigger all")
    conn.execute(
        "update booking.booking_intents set ticket_nos = '{2,3}', quantity = 2, expired_at = expires_at + interval '1h'"
    )
    frame = audit(conn).set_index("name")
    assert frame.loc["succession", "violations"] == 12
    assert [offender["ticket_no"] for offender in frame.loc["succession", "offenders"]] == [2, 2, 2, 2, 2]


@core
def test_one_event_is_judged_by_its_own_rows(unwalled):
    unwalled.execute("update booking.events set capacity = capacity + 1")
    unwalled.execute("update booking.tickets set held_by = 'mallory' where (event_id, ticket_no) = (2, 1)")
    assert [offender["event_id"] for offender in violated(audit(unwalled))["capacity"]] == [1, 2]
    first, second = (violated(audit(unwalled, event_id=event_id)) for event_id in (1, 2))
    assert {name: [offender["event_id"] for offender in offenders] for name, offenders in first.items()} == {
        "capacity": [1]
    }
    assert {name: [offender["event_id"] for offender in offenders] for name, offenders in second.items()} == {
        "capacity": [2],
        "agreement": [2],
    }


@core
def test_overdue_holds_are_judged_by_the_bound_that_is_given(conn):
    populate(conn)
    frame = audit(conn).set_index("name")
    assert frame.index[~frame["checked"]].tolist() == ["overdue"]
    assert frame.loc["overdue", ["violations", "offenders"]].tolist() == [0, []]
    assert holds(audit(conn, sweep_bound=SWEEP_BOUND))
    (offender,) = violated(audit(conn, sweep_bound=timedelta(0)))["overdue"]
    assert (offender["intent_id"], offender["user_id"]) == (6, "fay")


# Damaged indexes: not ready, an index misses what is written meanwhile.

INDEXES = (
    "events_pkey",
    "events_dispenser_key",
    "combed_pkey",
    "booking_intents_pkey",
    "intents_by_deadline",
    "intents_request_key",
    "tickets_pkey",
    "tickets_returned",
)
WRITTEN_MEANWHILE = """
create sequence booking.dispenser_3;
insert into booking.events (id, name, capacity, dispenser) overriding system value
    values (3, 'meanwhile', 2, 'booking.dispenser_3');
insert into booking.combed (event_id) values (3);
insert into booking.booking_intents
    (id, event_id, user_id, quantity, ticket_nos, request_key, hold_for, created_at, expires_at)
    overriding system value values (7, 3, 'gus', 1, '{1}', 'k', '1 h', now(), now() + interval '1 h');
insert into booking.tickets (event_id, ticket_no, status, intent_id, held_by, hold_expires_at, returned)
    values (3, 1, 'held', 7, 'gus', now() + interval '1 h', false), (3, 2, 'available', null, null, null, true);
"""


@core
@pytest.mark.parametrize("index", INDEXES)
def test_an_index_that_misses_rows_is_seen_and_misleads_no_other_rule(conn, index):
    populate(conn)
    conn.execute("set session_replication_role = replica")  # foreign keys look into the index, and would miss the row
    ready = f"update pg_index set indisready = {{}} where indexrelid = 'booking.{index}'::regclass"
    conn.execute(ready.format("false"))
    conn.execute(WRITTEN_MEANWHILE)
    conn.execute(ready.format("true"))
    found = violated(audit(conn))
    assert found.keys() == {"indexes"}
    assert {offender["index"] for offender in found["indexes"]} == {index}
    assert {(offender["event_id"], offender["in_index"]) for offender in found["indexes"]} == {(3, None)}
    assert violated(audit(conn, event_id=1)) == {}


@core
def test_an_index_that_has_rows_of_others_is_seen(conn):
    populate(conn)
    conn.execute("""
        create index wider on booking.tickets (event_id, ticket_no) where status <> 'sold';
        update pg_index as wider set indpred = returned.indpred, indcheckxmin = false from pg_index as returned
            where wider.indexrelid = 'booking.wider'::regclass
            and returned.indexrelid = 'booking.tickets_returned'::regclass;
        drop index booking.tickets_returned;
    """)
    found = violated(audit(conn))
    assert found.keys() == {"indexes"}
    query = "select event_id, ctid::text from booking.tickets where status <> 'sold' and not returned"
    others = conn.execute(query).fetchall()
    assert {(offender["event_id"], offender["in_index"]) for offender in found["indexes"]} <= set(others)
    assert {offender["in_table"] for offender in found["indexes"]} == {None}


@core
def test_the_rule_on_indexes_reads_every_index_and_the_others_read_none(conn):
    populate(conn)

    def plan(rule, *settings):
        with conn.transaction():
            for setting in settings:
                conn.execute(queries.load(f"audit/{setting}"))
            query = f"explain {queries.load(f'audit/{rule}')}"
            return "\n".join(line for (line,) in conn.execute(query, {"event_ids": None, "sweep_bound": SWEEP_BOUND}))

    there = {index for (index,) in conn.execute("select indexname from pg_indexes where schemaname = 'booking'")}
    by_index = plan("indexes", "snapshot", "through_indexes")
    assert {index for index in there if f" using {index} " in by_index} == there
    assert "Seq Scan" not in by_index
    assert [rule for rule in RULES if rule != "indexes" and "Index" in plan(rule, "snapshot")] == []


# The connection, the refusals and the command.


@core
@pytest.mark.parametrize("autocommit", [True, False])
def test_leaves_the_connection_as_it_was(database, autocommit):
    with connect(database, autocommit=autocommit, row_factory=dict_row) as connection:
        populate(connection)
        connection.commit()
        settings = "select name, setting from pg_settings where name like 'enable%' or name like 'transaction%'"
        before = connection.execute(settings + " or name = 'work_mem'").fetchall()
        connection.commit()
        assert holds(audit(connection))
        assert connection.info.transaction_status.name == "IDLE"
        assert connection.autocommit is autocommit
        assert connection.execute(settings + " or name = 'work_mem'").fetchall() == before
        create_event(connection, "still writes", 1)


def test_refuses_what_it_cannot_judge(database, empty_database, conn, server):
    with pytest.raises(BookingSimError, match=r"^There is no event 7\. "):
        audit(conn, event_id=7)
    with pytest.raises(BookingSimError, match="sweep bound of -1 day"):
        audit(conn, sweep_bound=timedelta(days=-1))
    with pytest.raises(BookingSimError, match=r"has no booking schema\. Make it with 'booking-sim db migrate'"):
        audit(empty_database)
    with conn.transaction(), pytest.raises(BookingSimError, match="is in a transaction"):
        audit(conn)
    conn.execute(f"set role {server.role}")
    with pytest.raises(BookingSimError, match="could not be done: permission denied"):
        audit(conn)


def test_the_command_says_ok_or_what_is_wrong(run, conn):
    populate(conn)
    code, out, err = run("audit")
    assert (code, err) == (0, "")
    assert [line.split("  ")[0] for line in out.splitlines()] == [
        "not checked" if rule == "overdue" else "ok" for rule in RULES
    ]
    conn.execute("delete from booking.tickets where event_id = 2 and ticket_no > 1")
    conn.execute("alter table booking.tickets drop constraint tickets_intent_id_event_id_held_by_fkey")
    conn.execute("update booking.tickets set held_by = 'mallory' where status <> 'available'")
    code, out, err = run("audit", "--sweep-bound", "0s")
    assert (code, err) == (1, "")
    assert "1 violation    overdue" in out
    assert "event_id=2 capacity=3 rows=1" in out
    assert "6 violations   agreement" in out
    assert "and 1 more" in out
    assert run("audit", "--event", "1")[1].count("event_id=2") == 0


def test_the_command_prints_one_json_object(run, conn):
    populate(conn)
    code, out, _ = run("audit", "--json")
    assert (code, json.loads(out)["ok"]) == (0, True)
    code, out, _ = run("audit", "--json", "--sweep-bound", "0s")
    answer = json.loads(out)
    assert (code, answer["ok"]) == (1, False)
    assert [rule["name"] for rule in answer["rules"] if rule["violations"]] == ["overdue"]


@pytest.mark.parametrize(
    "arguments", [("--event", "seat"), ("--event", "7"), ("--event", "9" * 30), ("--sweep-bound", "5"), ("--fast",)]
)
def test_the_command_refuses_bad_input_in_one_line(run, arguments):
    code, out, err = run("audit", *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("booking-sim: ")
