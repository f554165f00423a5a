"""Surges that the proof judges find what no other point does: rare lies that leave the tables right."""

from datetime import timedelta

import pytest

from booking_sim.contract import proved
from booking_sim.contract.subject import Broken, Subject
from booking_sim.strategies import find


def rarely(signature, arguments, right, lie):
    """A version of a function that lies once in twenty calls."""
    name = signature.split("(")[0]
    return f"""
        alter function booking.{signature} rename to right_{name};
        create function booking.{name}{arguments} language plpgsql as $$
        begin
            if random() < 1.0 / 20 then
                {lie}
            end if;
            {right}
        end $$;
    """


REFUSES_FOR_NOTHING = rarely(
    "reserve(bigint, text, int, interval, text)",
    "(event_id bigint, user_id text, quantity int default 1, hold_for interval default '5 minutes',"
    " request_key text default null,"
    " out outcome text, out intent_id bigint, out ticket_nos int[], out hold_expires_at timestamptz)",
    "select r.* into outcome, intent_id, ticket_nos, hold_expires_at"
    " from booking.right_reserve(event_id, user_id, quantity, hold_for, request_key) as r;",
    "outcome := 'sold_out'; return;",
)
SELLS_NOTHING = rarely(
    "confirm(bigint, text)",
    "(intent_id bigint, user_id text) returns text",
    "return booking.right_confirm(intent_id, user_id);",
    "return 'confirmed';",
)


@pytest.mark.parametrize(
    ("lie", "rule"),
    [
        (REFUSES_FOR_NOTHING, "Each `sold_out` is true"),
        (SELLS_NOTHING, "Each sale that a buyer got as an answer"),
    ],
    ids=["a refusal for nothing", "a sale that is not made"],
)
def test_a_lie_now_and_then_is_found(server, own, monkeypatch, lie, rule):
    monkeypatch.setattr(proved, "LONGEST_S", 1.0)
    subject = Subject(server.url, None, find(own(lie)), timedelta(seconds=20))
    with pytest.raises(Broken, match=f"in a surge with seed \\d: .*{rule}"):
        proved.proved.check(subject)
