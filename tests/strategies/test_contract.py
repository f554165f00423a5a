"""The points of the contract see what they are there for: a file that breaks one is caught by it."""

import re
from datetime import timedelta

import pytest
from psycopg.errors import UniqueViolation

from booking_sim.contract import POINTS, verify
from booking_sim.contract.subject import Broken, Subject
from booking_sim.database import connect
from booking_sim.queries import load
from booking_sim.strategies import find
from booking_sim.strategies.applying import scratch

UNCHECKED = """
create or replace function booking.check_request(
    event_id bigint, user_id text, quantity int, hold_for interval, request_key text)
returns int language sql as $$ select e.capacity from booking.events as e where e.id = event_id $$;
"""

OVERLOADED = "create function booking.release(intent_id bigint) returns text language sql as $$ select 'released' $$;"

FORGETFUL = """
create or replace function booking.first_answer(
    event_id bigint, user_id text, quantity int, hold_for interval, request_key text,
    out intent_id bigint, out ticket_nos int[], out hold_expires_at timestamptz)
language plpgsql as $$ begin end $$;
"""

UNTRUTHFUL = """
create or replace function booking.count_left(event_id bigint, at_most int) returns bigint
language sql as $$ select 0::bigint $$;
"""

AS_MANY_AS_THERE_ARE = """
alter function booking.reserve rename to reserve_all;
create function booking.reserve(
    event_id bigint, user_id text, quantity int default 1, hold_for interval default '5 minutes',
    request_key text default null,
    out outcome text, out intent_id bigint, out ticket_nos int[], out hold_expires_at timestamptz)
language plpgsql as $$ begin
    for fewer in reverse quantity..1 loop
        select * into outcome, intent_id, ticket_nos, hold_expires_at
            from booking.reserve_all(event_id, user_id, fewer, hold_for, request_key);
        exit when outcome = 'held';
    end loop;
end $$;
"""

EARLY = """
create or replace function booking.count_left(event_id bigint, at_most int) returns bigint
language sql as $$ select at_most::bigint $$;
create or replace function booking.expire_holds(event_id bigint default null, max_tickets int default 1000) returns int
language plpgsql as $$ begin
    update booking.tickets as t set status = 'available', intent_id = null, held_by = null, hold_expires_at = null
        where t.event_id = expire_holds.event_id and status = 'held';
    return 1;
end $$;
"""

LATE = """
create or replace function booking.confirm(intent_id bigint, user_id text) returns text
language sql as $$
    update booking.tickets as t set status = 'sold', hold_expires_at = null where t.intent_id = confirm.intent_id;
    select 'confirmed';
$$;
"""

HASTY = (
    re.search(r"create or replace function booking\.hold.*?\$\$;\n", load("contract/reserve"), re.DOTALL)[0]
    .replace("    held_at := clock_timestamp();\n", "")
    .replace("    held_at timestamptz;\n", "    held_at timestamptz := clock_timestamp();\n")
)

GIVING_NOTHING_BACK = """
create or replace function booking.release(intent_id bigint, user_id text) returns text
language sql as $$ select 'released' $$;
"""


@pytest.mark.parametrize(
    ("name", "break_it"),
    [
        ("bad_input", UNCHECKED),
        ("signatures", OVERLOADED),
        ("request_keys", FORGETFUL),
        ("last_ticket_locked", UNTRUTHFUL),
        ("reserved_at_the_deadline", UNTRUTHFUL),
        ("reserved_at_the_deadline", EARLY),
        ("all_or_nothing", AS_MANY_AS_THERE_ARE),
        ("confirmed_late", LATE),
        ("held_after_waiting", HASTY),
        ("confirm_and_release", GIVING_NOTHING_BACK),
    ],
)
def test_a_point_sees_what_it_is_there_for(server, own, name, break_it):
    (point,) = (point for point in POINTS if point.name == name)
    with (
        scratch(server.url, find(own(break_it))) as url,
        connect(url) as connection,
        pytest.raises((Broken, UniqueViolation)),
    ):
        point.check(Subject(url, connection, find("default")))


def test_the_audit_is_the_last_point():
    assert POINTS[-1].name == "audited"
    assert len({point.name for point in POINTS}) == len(POINTS)
    assert all(point.sentence[0].isupper() and point.sentence.endswith(".") for point in POINTS)


def test_an_answer_that_makes_no_sense_is_a_finding(server, own):
    nonsense = """
        create or replace function booking.reserve(
            event_id bigint, user_id text, quantity int default 1, hold_for interval default '5 minutes',
            request_key text default null,
            out outcome text, out intent_id bigint, out ticket_nos int[], out hold_expires_at timestamptz)
        language sql as $$ select 'perhaps', null::bigint, null::int[], null::timestamptz $$;
    """
    findings = {
        finding.point: finding.problem
        for finding in verify(find(own(nonsense)), server.url, stress_for=timedelta(seconds=1))
    }
    assert findings["signatures"] is None
    assert findings["one_ticket_each"] == "an answer that makes no sense: 'perhaps' is not a valid Outcome"
