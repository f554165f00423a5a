"""Every wrong change by the owner's hand is refused, or detected by the rules that are named for it."""

import psycopg
import pytest
from wrong_states import WRONG_STATES, populate
from wrong_states_page import PAGE, page

from booking_sim import audit
from booking_sim.database import connect

pytestmark = pytest.mark.core

ALL = [state for states in WRONG_STATES.values() for state in states]
TRIGGERS = """
select tgname from pg_trigger join pg_class on pg_class.oid = tgrelid
where relnamespace = 'booking'::regnamespace and not tgisinternal
"""


@pytest.fixture(scope="module")
def populated(server):
    """A connection to one populated database for all tests: each takes back what it changed."""
    with server.database(server.template) as url, connect(url) as connection:
        populate(connection)
        yield connection


@pytest.fixture
def cursor(populated):
    """A transaction that is rolled back; the next event is number 8, the next intent 15."""
    with populated.transaction(force_rollback=True), populated.cursor() as cursor:
        cursor.execute("select setval('booking.events_id_seq', 7), setval('booking.booking_intents_id_seq', 14)")
        yield cursor


def test_the_list_is_long_and_begins_with_nothing_wrong(cursor):
    assert len({state.change for state in ALL}) == len(ALL) >= 60
    assert violated(cursor) == {}


def test_the_page_is_that_list():
    assert PAGE.read_text() == page()  # uv run python tests/wrong_states_page.py


@pytest.mark.parametrize("state", ALL, ids=lambda state: state.change)
def test_a_wrong_change_is_refused_or_detected(cursor, state):
    if state.prevented_by:
        with pytest.raises(psycopg.Error) as refusal:
            cursor.execute(state.sql)
        assert refused_by(refusal.value) == state.prevented_by
    else:
        assert state.detected_by
        cursor.execute(state.sql)
        assert_detects(violated(cursor), state)


def test_every_trigger_and_every_rule_is_needed(cursor):
    triggers = {name for (name,) in cursor.execute(TRIGGERS)}
    assert triggers <= {state.prevented_by for state in ALL}
    assert {*audit.RULES} - {"indexes", "overdue"} == {
        rule for state in ALL if state.prevented_by is None for rule in state.detected_by
    }


@pytest.mark.parametrize(
    "state", [state for state in ALL if state.prevented_by and state.detected_by], ids=lambda state: state.change
)
def test_what_a_trigger_refuses_would_be_detected_without_it(cursor, state):
    cursor.execute("set local session_replication_role = replica")
    cursor.execute(state.sql)
    assert_detects(violated(cursor), state)


def violated(cursor):
    """The first offenders of each violated rule, in the transaction that is open; the indexes are not read."""
    parameters = {"event_ids": None, "sweep_bound": None}
    found = {rule: audit._check(cursor, rule, parameters)["offenders"] for rule in audit.RULES if rule != "indexes"}
    return {rule: offenders for rule, offenders in found.items() if offenders}


def refused_by(error):
    """What refused a change, as the list names it."""
    names = {"23502": "not null", "22P02": "type", "428C9": "identity"}
    return error.diag.constraint_name or names.get(error.sqlstate, str(error))


def assert_detects(found, state):
    assert found.keys() == state.detected_by.keys()
    for rule, expected in state.detected_by.items():
        shown = [{name: offender.get(name, "no such column") for name in expected} for offender in found[rule]]
        assert expected in shown
