"""What a call costs the server at 100,000 tickets: which indexes it reads, and how many rows, under generic plans.

The plans are those of the statements inside the functions, as auto_explain reports them.
"""

import json
from datetime import timedelta
from itertools import chain

import pytest
from inventory import SQL

from booking_sim.booking import confirm, create_event, expire_holds, release, reserve
from booking_sim.models import Confirmation, Outcome, Release

pytestmark = pytest.mark.core

TICKETS = 100_000
LEFT = 10
OVERDUE = timedelta(microseconds=1)
ROWS = 100  # that a call may read, all its statements together

INDEXES = {
    "tickets_pkey",
    "tickets_returned",
    "booking_intents_pkey",
    "intents_by_deadline",
    "events_pkey",
    "combed_pkey",
    "intents_request_key",
}

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
    """An event where every ticket looks like the other, in a house with a history, freshly analysed."""
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
    )


def rows_read(node):
    removed = [node.get(f"Rows Removed by {what}", 0) for what in ("Filter", "Index Recheck")]
    return (node["Actual Rows"] + sum(removed)) * node["Actual Loops"]


def assert_cheap(scans):
    assert scans
    assert {scan.get("Index Name", scan["Node Type"]) for scan in scans} <= INDEXES
    assert sum(map(rows_read, scans)) <= ROWS, scans


def test_where_all_tickets_look_alike(conn, event_id, scans_of, subtests):
    with subtests.test("reserve"):
        hold, scans = scans_of(reserve, event_id, "ann", request_key="one")
        assert hold.outcome is Outcome.HELD
        assert_cheap(scans)
    with subtests.test("reserve, asked again"):
        again, scans = scans_of(reserve, event_id, "ann", request_key="one")
        assert again == hold
        assert_cheap(scans)
    with subtests.test("confirm"):
        answer, scans = scans_of(confirm, hold.intent_id, "ann")
        assert answer is Confirmation.CONFIRMED
        assert_cheap(scans)
    with subtests.test("release"):
        hold = reserve(conn, event_id, "bob")
        answer, scans = scans_of(release, hold.intent_id, "bob")
        assert answer is Release.RELEASED
        assert_cheap(scans)
    with subtests.test("expire_holds"):
        reserve(conn, event_id, "cid", hold_for=OVERDUE)
        swept, scans = scans_of(expire_holds, event_id)
        assert swept == 1
        assert_cheap(scans)


def test_where_nearly_all_tickets_are_sold(conn, event_id, scans_of, subtests):
    crowd = reserve(conn, event_id, "crowd", TICKETS - LEFT)
    confirm(conn, crowd.intent_id, "crowd")
    conn.execute("vacuum analyze")
    with subtests.test("reserve"):
        hold, scans = scans_of(reserve, event_id, "ann", LEFT, hold_for=OVERDUE)
        assert hold.outcome is Outcome.HELD
        assert_cheap(scans)
    with subtests.test("reserve what is overdue"):
        hold, scans = scans_of(reserve, event_id, "bob", LEFT)
        assert hold.outcome is Outcome.HELD
        assert_cheap(scans)
    with subtests.test("refusal"):
        reserve(conn, event_id, "bob")  # the first one looks for strays, once and for all
        refusal, scans = scans_of(reserve, event_id, "cid")
        assert refusal.outcome is Outcome.SOLD_OUT
        assert_cheap(scans)
