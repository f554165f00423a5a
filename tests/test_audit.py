"""The audit holds on what the functions made, also while they work, in one snapshot, and sees damaged indexes.

Which wrong rows it detects: test_wrong_states.py.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from threading import Barrier, Event

import pytest
from psycopg.rows import dict_row
from wrong_states import BLINK, populate

from booking_sim import queries
from booking_sim.audit import RULES, audit, holds
from booking_sim.booking import confirm, create_event, expire_holds, release, reserve
from booking_sim.database import connect
from booking_sim.errors import BookingSimError
from booking_sim.resources import SQL

core = pytest.mark.core
SWEEP_BOUND = timedelta(hours=1)
NO_SCHEMA = r"^Database '\w+' has no booking schema\. Make it with 'booking-sim db migrate'\.$"


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
    assert set(frame["name"]) == {path.stem for path in (SQL / "audit").glob("*.sql")}
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
            other.execute("insert into booking.tickets values (1, 13)")
        assert violated(audited.result()) == {}
    assert violated(audit(database)).keys() == {"capacity"}


# How it is reported.


@core
def test_violations_are_counted_exactly_and_the_first_five_shown(conn):
    event_id = create_event(conn, "a thousand", 1000)
    for _ in range(7):
        reserve(conn, event_id, "ann", hold_for=BLINK)
        expire_holds(conn, event_id)
    conn.execute("set session_replication_role = replica")
    conn.execute(
        "update booking.booking_intents set ticket_nos = '{2,3}', quantity = 2, expired_at = expires_at + interval '1h'"
    )
    frame = audit(conn).set_index("name")
    assert frame.loc["succession", "violations"] == 12
    assert [offender["ticket_no"] for offender in frame.loc["succession", "offenders"]] == [2, 2, 2, 2, 2]


@core
def test_one_event_is_judged_by_its_own_rows(conn):
    populate(conn)
    conn.execute("insert into booking.tickets values (1, 13), (2, 2)")
    conn.execute("insert into booking.claimed_blocks values (1, 1), (7, 1), (7, 1)")
    assert {rule: [row["event_id"] for row in rows] for rule, rows in violated(audit(conn)).items()} == {
        "capacity": [1, 2],
        "claimed_blocks": [1, 7],
    }
    for event_id, rules in {
        1: {"capacity", "claimed_blocks"},
        2: {"capacity"},
        3: set(),
        7: {"claimed_blocks"},
    }.items():
        found = violated(audit(conn, event_id=event_id))
        assert found.keys() == rules
        assert {row["event_id"] for rows in found.values() for row in rows} <= {event_id}
    assert violated(audit(conn, event_id=[2, 3])).keys() == {"capacity"}


@core
def test_overdue_holds_are_judged_by_the_bound_that_is_given(conn):
    populate(conn)
    frame = audit(conn).set_index("name")
    assert frame.index[~frame["checked"]].tolist() == ["overdue"]
    assert frame.loc["overdue", ["violations", "offenders"]].tolist() == [0, []]
    assert holds(audit(conn, sweep_bound=SWEEP_BOUND))
    (offender,) = violated(audit(conn, sweep_bound=timedelta(0)))["overdue"]
    assert (offender["intent_id"], offender["user_id"]) == (9, "fay")


# Damaged indexes: not ready, an index misses what is written meanwhile.

INDEXES = (
    "events_pkey",
    "tickets_pkey",
    "tickets_returned",
    "booking_intents_pkey",
    "intents_by_deadline",
    "request_keys_pkey",
    "claimed_blocks_by_event",
    "ticket_returns_by_event",
    "stock_checks_by_event",
)
WRITTEN_MEANWHILE = """
insert into booking.events (name, capacity) values ('meanwhile', 2);
insert into booking.booking_intents
    (id, event_id, user_id, quantity, ticket_nos, request_key, hold_for, created_at, expires_at)
    values (99, 8, 'gus', 1, '{1}', 'k', '1 h', now(), now() + interval '1 h');
insert into booking.booking_intents
    (id, event_id, user_id, quantity, ticket_nos, status, hold_for, created_at, expires_at, released_at)
    values (98, 8, 'gus', 1, '{2}', 'released', '1 h', now(), now() + interval '1 h', now());
insert into booking.request_keys values ('gus', 'k', 99);
insert into booking.tickets values (8, 1, 'held', 99, 'gus', now() + interval '1 h');
insert into booking.tickets (event_id, ticket_no, returned_no) values (8, 2, 2);
insert into booking.claimed_blocks values (8, 0);
insert into booking.ticket_returns values (8, pg_current_xact_id());
insert into booking.stock_checks (event_id, capacity) values (8, 2);
"""


@core
@pytest.mark.parametrize("index", INDEXES)
def test_an_index_that_misses_rows_is_seen_and_misleads_no_other_rule(conn, index):
    populate(conn)
    ready = f"update pg_index set indisready = {{}} where indexrelid = 'booking.{index}'::regclass"
    conn.execute(ready.format("false"))
    conn.execute(WRITTEN_MEANWHILE)
    conn.execute(ready.format("true"))
    found = violated(audit(conn))
    assert found.keys() == {"indexes"}
    assert {offender["index"] for offender in found["indexes"]} == {index}
    event_id = None if index == "request_keys_pkey" else 8
    assert {(offender["event_id"], offender["in_index"]) for offender in found["indexes"]} == {(event_id, None)}
    assert violated(audit(conn, event_id=1)) == {}


@core
def test_an_index_that_has_rows_of_others_is_seen(conn):
    populate(conn)
    conn.execute("""
        drop index booking.tickets_returned;
        create index narrower on booking.tickets (event_id, returned_no) where status <> 'sold';
        create index wider on booking.tickets (event_id, returned_no) where status = status;
        update pg_index as wider set indpred = narrower.indpred, indcheckxmin = false from pg_index as narrower
            where wider.indexrelid = 'booking.wider'::regclass and narrower.indexrelid = 'booking.narrower'::regclass;
        drop index booking.narrower;
    """)
    found = violated(audit(conn))
    assert found.keys() == {"indexes"}
    others = conn.execute("select event_id, ctid::text from booking.tickets where status = 'sold'").fetchall()
    assert {(offender["event_id"], offender["in_index"]) for offender in found["indexes"]} == set(others)
    assert {(offender["index"], offender["in_table"]) for offender in found["indexes"]} == {("wider", None)}


@core
def test_the_rule_on_indexes_reads_every_index_and_the_others_read_none(conn):
    populate(conn)

    def plan(rule, *settings):
        with conn.transaction():
            for setting in settings:
                conn.execute(queries.load(f"audit/{setting}"))
            query = queries.load(f"audit/{rule}")
            if rule == "indexes":
                query = query.format(scans=conn.execute(queries.load("audit/index_scans")).fetchone()[0])
            parameters = {"event_ids": None, "sweep_bound": SWEEP_BOUND}
            return "\n".join(line for (line,) in conn.execute(f"explain {query}", parameters))

    there = {index for (index,) in conn.execute("select indexname from pg_indexes where schemaname = 'booking'")}
    by_index = plan("indexes", "snapshot", "through_indexes")
    assert {index for index in there if f" using {index} " in by_index} == there == {*INDEXES}
    assert "Seq Scan" not in by_index
    assert [rule for rule in RULES if rule != "indexes" and "Index" in plan(rule, "snapshot")] == []


def nested_loops(node):
    """The nodes of a plan that read a table again for each row of another."""
    inner = node.get("Plans", [])[1:]
    found = [node] if node["Node Type"] == "Nested Loop" and "Seq Scan" in json.dumps(inner) else []
    return found + [each for child in node.get("Plans", []) for each in nested_loops(child)]


@core
def test_no_rule_reads_a_table_for_each_row_however_old_the_statistics_are(conn):
    """Those say of a new event that it has one ticket: a join that believes it took minutes for 100,000."""
    reserve(conn, create_event(conn, "small", 1), "ann")
    conn.execute("analyze booking.tickets, booking.booking_intents")
    parameters = {"event_ids": [create_event(conn, "large", 2000)], "sweep_bound": SWEEP_BOUND}
    slow = []
    with conn.transaction():
        conn.execute(queries.load("audit/snapshot"))
        for rule in set(RULES) - {"indexes"}:
            ((plan,),) = conn.execute(f"explain (format json) {queries.load(f'audit/{rule}')}", parameters)
            slow += [rule for _ in nested_loops(plan[0]["Plan"])]
    assert slow == []


# The connection, the refusals and the command.


@core
@pytest.mark.parametrize("autocommit", [True, False])
def test_leaves_the_connection_as_it_was(database, conn, autocommit):
    populate(conn)
    with connect(database, autocommit=autocommit, row_factory=dict_row) as connection:
        settings = "select name, setting from pg_settings where name like 'enable%' or name like 'transaction%'"
        before = connection.execute(settings + " or name = 'work_mem'").fetchall()
        connection.commit()
        assert holds(audit(connection))
        assert connection.info.transaction_status.name == "IDLE"
        assert connection.autocommit is autocommit
        assert connection.execute(settings + " or name = 'work_mem'").fetchall() == before
        create_event(connection, "still writes", 1)


def test_refuses_what_it_cannot_judge(database, empty_database, conn, server):
    with pytest.raises(BookingSimError, match=r"^Event 7 is unknown: "):
        audit(conn, event_id=7)
    with pytest.raises(BookingSimError, match=rf"^Event {2**63} is unknown: "):
        audit(conn, event_id=2**63)
    with pytest.raises(BookingSimError, match="sweep bound is -1 day"):
        audit(conn, sweep_bound=timedelta(days=-1))
    with pytest.raises(BookingSimError, match=NO_SCHEMA):
        audit(empty_database)
    with conn.transaction(), pytest.raises(BookingSimError, match="is in a transaction"):
        audit(conn)
    conn.execute(f"set role {server.role}")
    with pytest.raises(BookingSimError) as refusal:
        audit(conn)
    assert str(refusal.value) == (
        f"User '{server.role}' may not read the tables of schema booking: "
        f"have their owner run 'booking-sim db grant {server.role} --audit'."
    )
    assert conn.info.transaction_status.name == "IDLE"


def test_the_command_says_ok_or_what_is_wrong(run, conn):
    populate(conn)
    code, out, err = run("audit")
    assert (code, err) == (0, "")
    assert [line.split("  ")[0] for line in out.splitlines()] == [
        "not checked" if rule == "overdue" else "ok" for rule in RULES
    ]
    assert "No hold is overdue past the sweep bound. Give it: --sweep-bound TIME." in out
    conn.execute("set session_replication_role = replica")
    conn.execute("delete from booking.tickets where event_id = 7 and ticket_no > 1")
    conn.execute("update booking.tickets set held_by = 'mallory' where status <> 'available'")
    code, out, err = run("audit", "--sweep-bound", "0s")
    assert (code, err) == (1, "")
    assert "1 violation    overdue" in out
    assert "event_id=7 capacity=2 rows=1" in out
    assert "10 violations  agreement" in out
    assert "and 5 more" in out
    assert run("audit", "--event", "1")[1].count("event_id=7") == 0


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


def test_the_command_says_which_numbers_an_event_can_have(run):
    assert run("audit", "--event", "9" * 20)[2] == (
        f"booking-sim: Invalid value for '--event': {'9' * 20} is not in the range 1<=x<={2**63 - 1}."
        " See 'booking-sim audit --help'.\n"
    )


def test_the_help_says_that_overdue_holds_need_a_sweep_bound(run):
    assert "The rule `overdue` is checked only with --sweep-bound." in " ".join(run("audit", "--help")[1].split())
