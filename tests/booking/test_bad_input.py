"""Bad input is refused with a SQLSTATE of its own and one line that says what is wrong, and changes nothing."""

from datetime import timedelta

import psycopg
import pytest
from inventory import contents

from booking_sim.audit import audit
from booking_sim.booking import BookingError, confirm, create_event, expire_holds, release, reserve
from booking_sim.models import Confirmation, Outcome, Release

pytestmark = pytest.mark.core

NO_EVENT = 999
CAPACITY = 3

INVISIBLE = [
    "\t",
    "\n",
    " \r\n\t\v\f ",
    "\x01\x1f\x7f",
    "\x85",  # next line
    "\u00a0",  # no-break space
    "\u00ad",  # soft hyphen
    "\u034f",  # combining grapheme joiner
    "\u061c",  # Arabic letter mark
    "\u1680",  # Ogham space mark
    "\u180e",  # Mongolian vowel separator
    "\u2000\u2003\u2009\u200a",  # spaces of many widths
    "\u200b",  # zero width space
    "\u200c\u200d",  # zero width joiners
    "\u200e\u200f",  # direction marks
    "\u2028\u2029",  # line and paragraph separators
    "\u202a\u202e",  # embeddings
    "\u202f",  # narrow no-break space
    "\u205f",  # mathematical space
    "\u2060\u2063",  # word joiner, invisible separator
    "\u2066\u2069",  # isolates
    "\u2800",  # blank Braille pattern
    "\u3000",  # ideographic space
    "\u3164\u115f\uffa0",  # Hangul fillers
    "\ufeff",  # byte order mark
    "\ufe0f",  # variation selector
    "\ufff9\ufffb",  # interlinear annotation
    "\U000e0020\U000e007f",  # tags
    "\U000e0100",  # variation selector of the supplement
    "\U0001d173",  # musical format character
    " \u00a0\u200b\t",
]
VISIBLE = [" ann", "\u00a0ann", "é", "李", "🎫", "a" * 1000, "é" * 500, "-", "\u200bann"]

REFUSED = [
    (create_event, ("", 3), {}, "BK006", "an event needs a name"),
    (create_event, ("  ", 3), {}, "BK006", "an event needs a name"),
    (create_event, (None, 3), {}, "BK006", "an event needs a name"),
    (create_event, ("a\0b", 3), {}, None, "NUL"),
    (create_event, ("on sale", 0), {}, "BK005", "capacity must be between 1 and 5000000 tickets, not 0"),
    (create_event, ("on sale", -1), {}, "BK005", "not -1"),
    (create_event, ("on sale", None), {}, "BK005", "not null"),
    (create_event, ("on sale", 5_000_001), {}, "BK005", "not 5000001"),
    (create_event, ("on sale", 10**12), {}, "22003", "out of range"),
    (create_event, ("on sale", 10**30), {}, "22003", "out of range"),
    (reserve, (NO_EVENT, "ann"), {}, "BK001", "there is no event 999"),
    (reserve, (None, "ann"), {}, "BK001", "there is no event null"),
    (reserve, (1, ""), {}, "BK004", "a reservation needs a user"),
    (reserve, (1, " "), {}, "BK004", "a reservation needs a user"),
    (reserve, (1, None), {}, "BK004", "a reservation needs a user"),
    (reserve, (1, "a\0b"), {}, None, "NUL"),
    *((reserve, (1, blank), {}, "BK004", "a reservation needs a user") for blank in INVISIBLE),
    (reserve, (1, "a" * 1001), {}, "BK004", "a user's name must have at most 1000 bytes, not 1001"),
    (reserve, (1, "é" * 501), {}, "BK004", "not 1002"),
    (reserve, (1, "a" * 3000), {}, "BK004", "not 3000"),
    (reserve, (1, "a" * 10**6), {}, "BK004", "not 1000000"),
    (reserve, (1, "ann"), {"request_key": "k" * 1001}, "BK008", "at most 1000 bytes, not 1001"),
    (reserve, (1, "ann"), {"request_key": "k" * 10**6}, "BK008", "not 1000000"),
    (reserve, (1, "ann", 0), {}, "BK002", "quantity must be between 1 and the capacity of 3, not 0"),
    (reserve, (1, "ann", -1), {}, "BK002", "not -1"),
    (reserve, (1, "ann", None), {}, "BK002", "not null"),
    (reserve, (1, "ann", CAPACITY + 1), {}, "BK002", "not 4"),
    (reserve, (1, "ann", 10**12), {}, "22003", "out of range"),
    (reserve, (1, "ann"), {"hold_for": timedelta(0)}, "BK003", "a hold must last longer than nothing"),
    (reserve, (1, "ann"), {"hold_for": timedelta(days=-1)}, "BK003", "at most 31 days, not -1 days"),
    (reserve, (1, "ann"), {"hold_for": timedelta(days=31, microseconds=1)}, "BK003", "at most 31 days"),
    (reserve, (1, "ann"), {"hold_for": timedelta.max}, "BK003", "at most 31 days"),
    (reserve, (1, "ann"), {"hold_for": None}, "BK003", "not null"),
    (reserve, (1, "ann"), {"request_key": "a\0b"}, None, "NUL"),
    (reserve, (1, "ann"), {"request_key": ""}, "BK008", "a request key must not be empty"),
    (expire_holds, (NO_EVENT,), {}, "BK001", "there is no event 999"),
    (expire_holds, (1, 0), {}, "BK002", "max_tickets must be at least 1, not 0"),
    (expire_holds, (1, -1), {}, "BK002", "not -1"),
    (expire_holds, (1, None), {}, "BK002", "not null"),
]


@pytest.fixture
def house(conn):
    """An event of three tickets, one held by ann, one overdue: anything that runs would change something."""
    event_id = create_event(conn, "on sale", CAPACITY)
    assert event_id == 1
    reserve(conn, event_id, "cid", hold_for=timedelta(microseconds=1))
    return reserve(conn, event_id, "ann")


def test_each_is_refused_with_its_code_and_changes_nothing(conn, house, subtests):
    for call, arguments, keywords, sqlstate, words in REFUSED:
        before = contents(conn)
        with subtests.test(call.__name__, arguments=repr(arguments)[:80], keywords=repr(keywords)[:80]):
            with pytest.raises(BookingError, match=words) as refused:
                call(conn, *arguments, **keywords)
            assert refused.value.sqlstate == sqlstate
            assert "\n" not in str(refused.value)
            assert contents(conn) == before


@pytest.mark.parametrize(
    ("statement", "sqlstate"),
    [
        ("select booking.create_event(null, null)", "BK006"),
        ("select booking.reserve(null, null)", "BK004"),
        ("select booking.reserve(1, 'ann', 1, interval '-1 month')", "BK003"),
        ("select booking.reserve(1, 'ann', 1, interval '1 month 1 day 1 second')", "BK003"),
        ("select booking.reserve(1, 'ann', 1, interval '300000 years')", "BK003"),
        ("select booking.reserve(1, 'ann', 1, interval '-300000 years')", "BK003"),
        ("select booking.reserve(1, 'ann', 1, interval '178000000 years')", "BK003"),
        ("select booking.expire_holds(null, 0)", "BK002"),
    ],
)
def test_other_clients_see_the_same_codes(conn, house, statement, sqlstate):
    before = contents(conn)
    with pytest.raises(psycopg.Error) as refused:
        conn.execute(statement)
    assert refused.value.sqlstate == sqlstate
    assert contents(conn) == before


@pytest.mark.parametrize(("call", "not_found"), [(confirm, Confirmation.NOT_FOUND), (release, Release.NOT_FOUND)])
def test_what_is_not_the_users_is_not_found(conn, house, call, not_found):
    before = contents(conn)
    for user_id in ("bob", "", None, " ann", "ANN"):
        assert call(conn, house.intent_id, user_id) is not_found
    for intent_id in (0, -1, 999, None, 2**63 - 1):
        assert call(conn, intent_id, "ann") is not_found
    assert contents(conn) == before


def test_the_longest_and_the_shortest_hold_are_no_bad_input(conn, house):
    assert reserve(conn, 1, "bob", hold_for=timedelta(days=31)).outcome is Outcome.HELD
    assert reserve(conn, 1, "bob", hold_for=timedelta(microseconds=1)).outcome is Outcome.HELD


def test_the_audit_finds_the_same_users_whom_nobody_can_see(conn):
    conn.execute(
        "insert into booking.booking_intents"
        " (event_id, user_id, quantity, ticket_nos, hold_for, created_at, expires_at)"
        " select 1, user_id, 1, '{1}', '5 minutes', now(), now() + interval '5 minutes'"
        " from unnest(%s::text[]) as user_id",
        [INVISIBLE + VISIBLE],
    )
    assert audit(conn).set_index("name").loc["names", "violations"] == len(INVISIBLE)


@pytest.mark.parametrize("user_id", VISIBLE, ids=range(len(VISIBLE)))
def test_a_name_with_something_to_see_is_a_user(conn, user_id):
    event_id = create_event(conn, "on sale", 3)
    key = user_id.strip()[:250]
    hold = reserve(conn, event_id, user_id, request_key=key)
    assert hold.outcome is Outcome.HELD
    assert reserve(conn, event_id, user_id, request_key=key) == hold
    assert confirm(conn, hold.intent_id, user_id) is Confirmation.CONFIRMED


@pytest.mark.parametrize("last", [2**31 - 2, 2**31, 2**53, 2**61, 2**63 - 100], ids=hex)
@pytest.mark.parametrize("sequence", ["booking_intents_id_seq", "events_id_seq", "places", "searches"])
def test_numbers_are_limited_by_bigint_alone(conn, sequence, last):
    conn.execute("select setval('booking.' || %s, %s)", [sequence, last])
    event_id = create_event(conn, "on sale", 40)
    holds = [reserve(conn, event_id, "ann", quantity, request_key=f"{quantity}") for quantity in (1, 2, 7)]
    assert {hold.outcome for hold in holds} == {Outcome.HELD}
    assert confirm(conn, holds[0].intent_id, "ann") is Confirmation.CONFIRMED
    assert release(conn, holds[1].intent_id, "ann") is Release.RELEASED
    assert reserve(conn, event_id, "bob", 33).outcome is Outcome.SOLD_OUT
    assert reserve(conn, event_id, "bob", 32, hold_for=timedelta(microseconds=1)).outcome is Outcome.HELD
    assert expire_holds(conn, event_id) == 32
    assert reserve(conn, event_id, "bob", 32).outcome is Outcome.HELD


def test_after_a_refusal_the_callers_transaction_goes_on_from_its_savepoint(conn, house):
    with conn.transaction():
        kept = reserve(conn, 1, "bob")
        with pytest.raises(BookingError), conn.transaction():
            reserve(conn, 1, "bob", 0)
    assert confirm(conn, kept.intent_id, "bob") is Confirmation.CONFIRMED
