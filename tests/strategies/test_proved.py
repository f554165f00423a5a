"""Surges that the proof judges find what no other point does: rare lies that leave the tables right."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from booking_sim.contract import proved
from booking_sim.contract.subject import Broken, Subject
from booking_sim.proof.rules import unchecked
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


JUDGED = unchecked().assign(verdict="holds", untold=0, reason="")
UNTOLD = JUDGED.copy()
UNTOLD.loc[3, ["verdict", "untold", "reason"]] = ["cannot tell", 1, "a worker was lost"]


def claims_of(monkeypatch, *surges):
    """What the point counts of surges that last a second each, of known proofs and numbers of holds."""
    seconds = 0
    left = iter(surges)

    def play(*_):
        nonlocal seconds
        seconds += 1
        proof, held = next(left)
        return SimpleNamespace(
            manifest=SimpleNamespace(interrupted=False, problems=[]),
            summary=lambda: {"held": held},
            proof=proof,
            audit=unchecked(),
        )

    monkeypatch.setattr(proved, "_surge", play)
    monkeypatch.setattr(proved, "monotonic", lambda: float(seconds))
    return proved.proved.check(Subject("", None, None, timedelta(seconds=len(surges)), lambda *_: None))


def test_claims_of_a_surge_that_could_not_be_judged_do_not_count(monkeypatch):
    assert claims_of(monkeypatch, (JUDGED, 100), (UNTOLD, 70), (JUDGED, 20)) == 120


def test_where_no_surge_could_be_judged_the_point_is_not_kept(monkeypatch):
    with pytest.raises(Broken, match="no surge could be judged: a worker was lost"):
        claims_of(monkeypatch, (UNTOLD, 70), (UNTOLD, 70))


def test_where_nobody_got_a_hold_the_point_is_not_kept(monkeypatch):
    with pytest.raises(Broken, match="no buyer got a hold"):
        claims_of(monkeypatch, (JUDGED, 0))
