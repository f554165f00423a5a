"""After a step of the server's clock the calls answer, and nothing that they write breaks a rule.

The clock cannot be set here. Instead every moment in the tables is moved the other way: to move them two seconds into
the future is, for all that reads them, a clock that went back two seconds.
"""

from datetime import timedelta

import pytest
from inventory import SQL, stock, violations

from booking_sim.booking import confirm, create_event, expire_holds, release, reserve
from booking_sim.models import Confirmation, Outcome, Release

pytestmark = pytest.mark.core

STEPS = [timedelta(seconds=-2), timedelta(seconds=2), timedelta(minutes=-10), timedelta(minutes=10)]
OVERDUE = timedelta(microseconds=1)
MOVE = (SQL / "move.sql").read_text(encoding="utf-8")


def step_the_clock(conn, by):
    conn.execute(MOVE.format(by=f"interval '{by.total_seconds()} seconds'"))


@pytest.mark.parametrize("step", STEPS, ids=str)
def test_calls_answer_after_a_step(conn, step):
    event_id = create_event(conn, "on sale", 10)
    live = [reserve(conn, event_id, user, 2, request_key="key") for user in ("ann", "bob", "cid")]
    late = reserve(conn, event_id, "late", 2, hold_for=OVERDUE)
    assert {reserve(conn, event_id, "dan", 5).outcome for _ in range(3)} == {Outcome.SOLD_OUT}
    step_the_clock(conn, step)
    past = step >= timedelta(minutes=5)
    assert confirm(conn, live[0].intent_id, "ann") is (Confirmation.EXPIRED if past else Confirmation.CONFIRMED)
    assert release(conn, live[1].intent_id, "bob") is (Release.EXPIRED if past else Release.RELEASED)
    assert confirm(conn, late.intent_id, "late") in {Confirmation.EXPIRED, Confirmation.CONFIRMED}
    assert reserve(conn, event_id, "eve").outcome is Outcome.HELD
    assert reserve(conn, event_id, "ann", 2, request_key="key").intent_id == live[0].intent_id
    assert expire_holds(conn, event_id) >= 0
    answers = [reserve(conn, event_id, "fay").outcome for _ in range(10)]
    assert answers == sorted(answers, key=[Outcome.HELD, Outcome.SOLD_OUT].index)
    assert violations(conn) == []


@pytest.mark.parametrize("back", [timedelta(seconds=-2), timedelta(minutes=-10)], ids=str)
def test_a_clock_that_goes_back_after_a_refusal(conn, rival, back):
    """Stock checks seem to come from the future: what is given back can be had all the same, and what is not, not."""
    event_id = create_event(conn, "on sale", 2)
    first, second = (reserve(conn, event_id, user) for user in ("ann", "bob"))
    assert {reserve(rival, event_id, "cid").outcome for _ in range(4)} == {Outcome.SOLD_OUT}
    step_the_clock(conn, back)
    release(conn, first.intent_id, "ann")
    assert reserve(rival, event_id, "dan").outcome is Outcome.HELD
    assert {reserve(rival, event_id, "cid").outcome for _ in range(4)} == {Outcome.SOLD_OUT}
    release(conn, second.intent_id, "bob")
    assert reserve(rival, event_id, "eve").outcome is Outcome.HELD
    assert violations(conn) == []


def test_a_clock_that_goes_forth_and_back_again(conn, rival):
    event_id = create_event(conn, "on sale", 3)
    holds = [reserve(conn, event_id, user) for user in ("ann", "bob", "cid")]
    assert {reserve(rival, event_id, "dan").outcome for _ in range(4)} == {Outcome.SOLD_OUT}
    step_the_clock(conn, timedelta(minutes=10))
    assert reserve(rival, event_id, "dan").outcome is Outcome.HELD
    assert expire_holds(conn, event_id, 1) == 1
    step_the_clock(conn, timedelta(minutes=-10))
    assert sorted(
        confirm(conn, hold.intent_id, user) for hold, user in zip(holds, ("ann", "bob", "cid"), strict=True)
    ) == [
        "confirmed",
        "expired",
        "expired",
    ]
    assert reserve(rival, event_id, "eve").outcome is Outcome.HELD
    assert reserve(rival, event_id, "fay").outcome is Outcome.SOLD_OUT
    assert stock(conn, event_id) == {"held": 2, "sold": 1}
    assert violations(conn) == []


@pytest.mark.parametrize("seconds", [1, 120])
def test_an_overdue_hold_that_is_taken_over_while_the_clock_is_behind(conn, seconds):
    event_id = create_event(conn, "on sale", 4)
    reserve(conn, event_id, "late", 2, hold_for=OVERDUE)
    reserve(conn, event_id, "late", 2, hold_for=timedelta(minutes=1))
    step_the_clock(conn, timedelta(minutes=2))
    step_the_clock(conn, timedelta(seconds=-seconds))
    assert reserve(conn, event_id, "bob", 2).outcome in {Outcome.HELD, Outcome.SOLD_OUT}
    assert expire_holds(conn) >= 0
    assert violations(conn) == []
