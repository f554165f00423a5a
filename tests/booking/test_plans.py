"""What a call costs the server at 100,000 tickets: which indexes it reads, and how many rows, under generic plans.

The plans are those of the statements inside the functions, as auto_explain reports them.
"""

import json
from datetime import timedelta
from itertools import chain

import pytest
from costs import ticket_updates
from inventory import SQL, forget, skip_before_17

from booking_sim.booking import confirm, create_event, expire_holds, release, reserve
from booking_sim.models import Confirmation, Outcome, Release

pytestmark = pytest.mark.core

TICKETS = 100_000
LEFT = 10
OVERDUE = timedelta(microseconds=1)
ROWS = 100  # that a call may read, all its statements together
BLOCK = 256  # tickets; a search reads 64 blocks for each ticket requested
SEARCHED = 3 * 64 * LEFT * BLOCK  # rows that a search for LEFT tickets may read: found, counted, and once more

PATHS = {
    "tickets_pkey",
    "tickets_returned",
    "booking_intents_pkey",
    "intents_by_deadline",
    "events_pkey",
    "request_keys_pkey",
    "claimed_blocks_by_event",
    "ticket_returns_by_event",
    "stock_checks_by_event",
}
HINT = {"stock_checks_by_event"}
END = {"booking_intents_pkey", "tickets_pkey"}

AUTO_EXPLAIN = """
    load 'auto_explain';
    set auto_explain.log_min_duration = 0;
    set auto_explain.log_analyze = on;
    set auto_explain.log_timing = off;
    set auto_explain.log_nested_statements = on;
    set auto_explain.log_format = json;
    set auto_explain.log_level = notice;
    set plan_cache_mode = force_generic_plan;
"""


@pytest.fixture
def event_id(conn):
    """An event where every ticket is like the other, in a house with a history, freshly analysed."""
    conn.execute((SQL / "past.sql").read_text(encoding="utf-8"))
    event_id = create_event(conn, "on sale", TICKETS)
    conn.execute("vacuum analyze")
    return event_id


@pytest.fixture
def scans_of(conn):
    """A function that makes a call and returns its answer, and every scan of a table that the call made."""
    plans = []

    def listen(notice):
        if "plan:" in notice.message_primary:
            plans.append(json.loads(notice.message_primary.split("plan:\n", 1)[1])["Plan"])

    conn.add_notice_handler(listen)

    def make(call, *args, **kwargs):
        conn.execute(AUTO_EXPLAIN)
        plans.clear()
        answer = call(conn, *args, **kwargs)
        return answer, [node for node in chain.from_iterable(map(nodes, plans)) if is_scan(node)]

    return make


def nodes(plan):
    yield plan
    for part in plan.get("Plans", []):
        yield from nodes(part)


def is_scan(node):
    return (
        node["Node Type"].endswith("Scan")
        and ("Relation Name" in node or "Index Name" in node)
        and node["Actual Loops"]
        and node.get("Relation Name") != "places"  # a sequence
    )


def rows_read(node):
    removed = [node.get(f"Rows Removed by {what}", 0) for what in ("Filter", "Index Recheck")]
    return (node["Actual Rows"] + sum(removed)) * node["Actual Loops"]


def assert_cheap(scans, paths):
    """Assert that a call read by these indexes, each of them, by no other way, and few rows."""
    assert {scan.get("Index Name", scan["Node Type"]) for scan in scans} == paths
    assert sum(map(rows_read, scans)) <= ROWS, scans


def assert_by_index(scans, rows):
    """Assert that a call that searches reads by indexes only, and a bounded number of rows."""
    assert {scan.get("Index Name", scan["Node Type"]) for scan in scans} <= PATHS
    assert sum(map(rows_read, scans)) <= rows, scans


def test_where_all_tickets_look_alike(conn, event_id, scans_of, subtests):
    with subtests.test("reserve"):
        hold, scans = scans_of(reserve, event_id, "ann")
        assert hold.outcome is Outcome.HELD
        assert_cheap(scans, HINT | {"tickets_pkey"})
    with subtests.test("reserve, with a request key"):
        hold, scans = scans_of(reserve, event_id, "ann", request_key="one")
        assert hold.outcome is Outcome.HELD
        assert_by_index(scans, ROWS)
    with subtests.test("reserve, asked again"):
        again, scans = scans_of(reserve, event_id, "ann", request_key="one")
        assert again == hold
        assert_cheap(scans, HINT | {"events_pkey", "request_keys_pkey", "booking_intents_pkey"})
    with subtests.test("confirm"):
        answer, scans = scans_of(confirm, hold.intent_id, "ann")
        assert answer is Confirmation.CONFIRMED
        assert_cheap(scans, END)
    with subtests.test("release"):
        hold = reserve(conn, event_id, "bob")
        answer, scans = scans_of(release, hold.intent_id, "bob")
        assert answer is Release.RELEASED
        assert_cheap(scans, END)
    with subtests.test("expire_holds"):
        reserve(conn, event_id, "cid", hold_for=OVERDUE)
        swept, scans = scans_of(expire_holds, event_id)
        assert swept == 1
        assert_cheap(scans, END | {"events_pkey", "intents_by_deadline"})


def test_where_nearly_all_tickets_are_sold(conn, event_id, scans_of, subtests):
    others = reserve(conn, event_id, "others", TICKETS - LEFT)
    confirm(conn, others.intent_id, "others")
    conn.execute("vacuum analyze")
    with subtests.test("reserve"):
        hold, scans = scans_of(reserve, event_id, "ann", LEFT, hold_for=OVERDUE)
        assert hold.outcome is Outcome.HELD
        assert_by_index(scans, SEARCHED)
    with subtests.test("reserve what is overdue"):
        hold, scans = scans_of(reserve, event_id, "bob", LEFT)
        assert hold.outcome is Outcome.HELD
        assert_by_index(scans, SEARCHED)
    with subtests.test("refusal"):
        reserve(conn, event_id, "bob")  # the first one counts what is left, and keeps it as a stock check
        refusal, scans = scans_of(reserve, event_id, "cid")
        assert refusal.outcome is Outcome.SOLD_OUT
        assert_cheap(scans, HINT | {"ticket_returns_by_event"})
        assert sum(map(rows_read, scans)) <= 2, scans
    with subtests.test("refusal after the last sale"):
        confirm(conn, hold.intent_id, "bob")
        forget(conn, "stock_checks")
        refusal, scans = scans_of(reserve, event_id, "cid")
        assert refusal.outcome is Outcome.SOLD_OUT
        assert_by_index(scans, SEARCHED)
        refusal, scans = scans_of(reserve, event_id, "cid")
        assert_cheap(scans, HINT)
        assert sum(map(rows_read, scans)) == 1, scans


@pytest.mark.parametrize("tickets", [1000, 4000])
def test_where_the_tables_were_never_analysed(conn, scans_of, subtests, tickets):
    """Without statistics, the plan depends on the size of the tables: none of them may read all of an event."""
    skip_before_17(conn)
    event_id = create_event(conn, "on sale", tickets)
    for number in range(5):
        reserve(conn, event_id, f"late {number}", 2, hold_for=OVERDUE)
    calls = {
        "take over": lambda: (reserve, event_id, "ann", tickets - 7),
        "refusal": lambda: (reserve, event_id, "bob", 8),
        "expire_holds": lambda: (expire_holds, event_id),
        "confirm": lambda: (confirm, reserve(conn, event_id, "cid").intent_id, "cid"),
        "release": lambda: (release, reserve(conn, event_id, "dan").intent_id, "dan"),
    }
    for name, call in calls.items():
        with subtests.test(name):
            make, *args = call()
            _, scans = scans_of(make, *args)
            for scan in scans:
                assert by_more_than_the_event(scan), scan


def by_more_than_the_event(scan):
    """Whether a scan of tickets is limited to some of an event's; tickets_returned holds returned tickets only."""
    return scan.get("Index Name") != "tickets_pkey" or "ticket_no" in scan.get("Index Cond", "")


@pytest.mark.parametrize("quantity", [1, 20])
def test_a_claim_and_a_sale_write_no_index_of_the_tickets(conn, quantity):
    event_id = create_event(conn, "on sale", 1000)
    with conn.transaction():
        hold, claimed = ticket_updates(conn, reserve, event_id, "ann", quantity)
        _, sold = ticket_updates(conn, confirm, hold.intent_id, "ann")
    assert claimed == sold == {"all": quantity, "HOT": quantity}
