"""A broken version of the SQL functions: SQL that replaces one of them, and a sentence that says what is wrong."""

from dataclasses import dataclass

UNGUARDED = """
alter table booking.booking_intents disable trigger user;
alter table booking.tickets disable trigger check_ticket;
"""
"""The triggers would refuse most wrong states; what is tested here is whether they are detected."""

RIGHT = """
    select r.* into outcome, intent_id, ticket_nos, hold_expires_at
        from booking.right_reserve(event_id, user_id, quantity, hold_for, request_key) as r;
"""
"""The call of the right reserve() within a broken one."""


@dataclass(frozen=True)
class Mutant:
    """One version, and what it does wrong.

    Attributes:
        name: Short.
        kind: What is wrong, as a class of issue and rule.
        sentence: What it does.
        sql: What makes it of a right database.
    """

    name: str
    kind: str
    sentence: str
    sql: str


def reserve(body, *, before="", unguarded=False):
    """A reserve() that calls the right one, with something before and after."""
    return f"""
alter function booking.reserve rename to right_reserve;
create function booking.reserve(
    event_id bigint, user_id text, quantity int default 1, hold_for interval default '5 minutes', request_key text default null,
    out outcome text, out intent_id bigint, out ticket_nos int[], out hold_expires_at timestamptz)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
    one_in_20 boolean := random() < 0.05;
begin
    {before}
    {RIGHT}
    {body}
end $$;
{UNGUARDED * unguarded}"""


def refuse(condition, outcome="sold_out"):
    """A reserve() that refuses under a condition, and is right otherwise."""
    return reserve("", before=f"if {condition} then outcome := '{outcome}'; return; end if;")


def confirm(body, **more):
    return _end("confirm", body, **more)


def release(body, **more):
    return _end("release", body, **more)


def _end(function, body, *, unguarded=False):
    """A confirm() or a release() that begins with something, and then calls the right one."""
    return f"""
alter function booking.{function} rename to right_{function};
create function booking.{function}(intent_id bigint, user_id text) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
    one_in_20 boolean := random() < 0.05;
    answer text;
    intent booking.booking_intents;
begin
    select * into intent from booking.booking_intents as i where i.id = intent_id;
    {body}
    return booking.right_{function}(intent_id, user_id);
end $$;
{UNGUARDED * unguarded}"""
