"""Skip depth against plain facts: so many tickets locked, so many gone, and a call that had to skip them."""

import struct
from contextlib import contextmanager

import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from booking_sim.booking import create_event, reserve
from booking_sim.database import connect
from booking_sim.skip_depth.measure import Depth, Measure, find_prelude
from booking_sim.skip_depth.plans import Reading, read_plan
from booking_sim.strategies import find
from booking_sim.strategies.applying import scratch

pytestmark = pytest.mark.core


class Sale:
    """Tickets, and somebody whose calls are measured."""

    def __init__(self, url, tickets):
        self.url = url
        self.asking = connect(url)
        self.other = connect(url)
        self.event_id = create_event(self.other, "concert", tickets)
        self.measure = Measure(1, find_prelude(self.asking))
        self.notices = []
        self.asking.add_notice_handler(lambda notice: self.notices.append(notice.message_primary))

    def ask(self, quantity=1):
        """Reserve, measured: the outcome, and the depth."""
        self.notices.clear()
        values = (str(self.event_id), "ann", str(quantity), "5 minutes", None)
        literals = [sql.Literal(value).as_string(self.asking) for value in values]
        result = self.asking.pgconn.exec_(self.measure.message(literals).encode())
        assert result.ntuples == 1, result.error_message
        row = [result.get_value(0, column) for column in range(result.nfields)]
        self.answer = self.measure.answer(row)
        return self.answer[0].decode(), self.measure.depth(row, self.notices)

    def close(self):
        self.asking.close()
        self.other.close()


@pytest.fixture
def sale(server):
    """Put a strategy's tickets on sale."""

    @contextmanager
    def open_sale(strategy, tickets=100):
        with scratch(server.url, find(strategy)) as url:
            sale = Sale(url, tickets)
            try:
                yield sale
            finally:
                sale.close()

    return open_sale


LOWEST = "select from booking.tickets where status = 'available' order by ticket_no limit %s for update"


def test_locked_tickets_that_were_walked_past(sale):
    with sale("skip_locked") as concert, concert.other.transaction():
        concert.other.execute(LOWEST, [5])
        assert concert.ask() == ("held", Depth(locked=5, dead=0))


def test_tickets_that_somebody_has_are_dead_entries(sale):
    with sale("skip_locked") as concert:
        reserve(concert.other, concert.event_id, "bob", 10)
        assert concert.ask() == ("held", Depth(locked=0, dead=10))


def test_while_a_snapshot_is_open_nothing_is_marked(sale):
    with sale("skip_locked") as concert, connect(concert.url) as old:
        old.execute("begin isolation level repeatable read")
        old.execute("select")
        reserve(concert.other, concert.event_id, "bob", 10)
        assert [concert.ask()[1].dead for _ in range(3)] == [10, 11, 12]


def test_a_refusal_walks_past_all_of_them_twice(sale):
    with sale("skip_locked") as concert, connect(concert.url) as old:
        old.execute("begin isolation level repeatable read")
        old.execute("select")
        reserve(concert.other, concert.event_id, "bob", 100)
        assert concert.ask() == ("sold_out", Depth(locked=0, dead=200))


def test_the_default_walks_past_nothing(sale):
    with sale("default", 20_000) as concert, concert.other.transaction():
        reserve(concert.other, concert.event_id, "bob", 10)
        assert concert.ask(4) == ("held", Depth(locked=0, dead=0))


def test_rows_met_without_an_index_count_as_well(sale):
    with sale("skip_locked") as concert:
        concert.other.execute("drop index booking.tickets_available")
        reserve(concert.other, concert.event_id, "bob", 10)
        concert.asking.execute("set enable_indexscan = off")
        concert.asking.execute("set enable_bitmapscan = off")
        concert.other.execute("analyze booking.tickets")
        assert concert.ask()[1].dead >= 10


def test_rows_that_need_no_look_are_not_dead(sale):
    with sale("unsafe") as concert:
        concert.other.execute("vacuum analyze booking.tickets")
        assert concert.ask() == ("held", Depth(locked=0, dead=0))
        (claim,) = (notice for notice in concert.notices if "claim.quantity" in notice)
        assert '"Heap Fetches": 0' in claim


def test_the_answer_is_the_calls_own(sale):
    with sale("default") as concert:
        assert concert.ask(2)[0] == "held"
        intent = concert.other.execute("select id, ticket_nos, expires_at from booking.booking_intents").fetchone()
        assert struct.unpack(">q", concert.answer[1]) == (intent[0],)
        assert concert.answer[2][20::8] == b"\0\0"  # the array's elements begin there
        assert concert.asking.execute("show auto_explain.log_min_duration").fetchone() == ("-1",)
        assert concert.asking.execute("show client_min_messages").fetchone() == ("notice",)


def test_without_the_right_to_see_plans_entries_are_counted_still(sale, server):
    with sale("skip_locked") as concert:
        concert.other.execute(f"grant usage on schema booking to {server.role}")
        concert.other.execute(f"grant all on all tables in schema booking to {server.role}")
        concert.other.execute(f"grant all on all sequences in schema booking to {server.role}")
        concert.other.execute(f"grant all on all functions in schema booking to {server.role}")
        reserve(concert.other, concert.event_id, "bob", 10)
        with connect(make_conninfo(concert.url, options=f"-c role={server.role}")) as nobody:
            nobody.execute(f"set session authorization {server.role}")
            concert.measure = Measure(1, find_prelude(nobody))
            assert concert.measure.prelude == ""
            concert.asking, mine = nobody, concert.asking
            assert concert.ask() == ("held", Depth(locked=None, dead=10))
            concert.asking = mine


@pytest.mark.parametrize("notice", ["", "no plan", '{"Plan"', "[1]", '{"Planning": 1}', "duration {} of it"])
def test_another_notice_is_no_plan(notice):
    assert read_plan(notice) is None


def test_locks_on_other_tables_do_not_count():
    plan = """{"Plan": {"Node Type": "LockRows", "Actual Rows": 0, "Actual Loops": 1, "Plans": [
        {"Node Type": "Index Scan",
         "Parent Relationship": "Outer", "Relation Name": "%s", "Actual Rows": 3.0, "Actual Loops": 2}]}}"""
    assert read_plan(plan % "booking_intents") == Reading()
    assert read_plan("Dauer: 1 ms  Plan:\n" + plan % "tickets") == Reading(rows=6, refused=0, locked=6)
