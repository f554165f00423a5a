"""The same request gets the same answer: a buyer who asks again, or twice at once, has one intent."""

import asyncio
from datetime import timedelta

import psycopg
import pytest
from inventory import contents, stock, violations
from psycopg import AsyncConnection

from booking_sim.booking import BookingError, confirm, create_event, expire_holds, release, reserve
from booking_sim.models import Outcome

pytestmark = pytest.mark.core

AT_ONCE = 50
OVERDUE = timedelta(microseconds=1)


@pytest.fixture
def event_id(conn):
    return create_event(conn, "on sale", 10)


def at_once(database, arguments):
    """Reserve with each of the arguments at once; return the answers, or the errors."""
    start = asyncio.Barrier(len(arguments))

    async def ask(positional, keywords):
        async with await AsyncConnection.connect(database, autocommit=True) as connection:
            await start.wait()
            while (answer := await reserve(connection, *positional, **keywords)).outcome is Outcome.CONTENDED:
                pass
            return answer

    async def everybody():
        return await asyncio.gather(*(ask(*each) for each in arguments), return_exceptions=True)

    return asyncio.run(everybody())


@pytest.mark.usefixtures("rush_turn")
@pytest.mark.parametrize("quantity", [1, 4])
def test_many_at_once_give_one_intent_and_one_answer(database, conn, event_id, quantity):
    answers = at_once(database, [((event_id, "ann", quantity), {"request_key": "one"})] * AT_ONCE)
    assert len(set(answers)) == 1
    assert answers[0].outcome is Outcome.HELD
    assert conn.execute("select count(*) from booking.booking_intents").fetchone() == (1,)
    assert stock(conn, event_id) == {"held": quantity, "available": 10 - quantity}
    assert violations(conn) == []


def test_of_two_different_requests_with_one_key_at_once_one_is_refused(database, conn, event_id):
    answers = at_once(database, [((event_id, "ann", quantity), {"request_key": "one"}) for quantity in (1, 2)])
    refused = [answer for answer in answers if isinstance(answer, BookingError)]
    held = [answer for answer in answers if answer not in refused]
    assert [answer.outcome for answer in held] == [Outcome.HELD]
    assert [answer.sqlstate for answer in refused] == ["BK007"]
    assert stock(conn, event_id)["held"] == len(held[0].ticket_nos)


@pytest.mark.parametrize("meanwhile", ["nothing", "confirmed", "released", "expired", "taken by another"])
def test_a_repeated_request_gets_the_first_answer_and_writes_nothing(conn, event_id, meanwhile):
    hold_for = OVERDUE if meanwhile in {"expired", "taken by another"} else timedelta(minutes=1)
    request = {"quantity": 10, "hold_for": hold_for, "request_key": "one"}
    first = reserve(conn, event_id, "ann", **request)
    match meanwhile:
        case "confirmed":
            confirm(conn, first.intent_id, "ann")
        case "released":
            release(conn, first.intent_id, "ann")
        case "expired":
            expire_holds(conn, event_id)
        case "taken by another":
            assert reserve(conn, event_id, "bob", 10).outcome is Outcome.HELD
    before = contents(conn)
    with conn.transaction():
        assert reserve(conn, event_id, "ann", **request) == first
        assert conn.execute("select pg_current_xact_id_if_assigned()").fetchone() == (None,)  # a read-only transaction
    assert contents(conn) == before


@pytest.mark.parametrize(
    "other",
    [{"quantity": 3}, {"hold_for": timedelta(minutes=6)}, {"event_id": None}],
    ids=["quantity", "hold", "event"],
)
def test_the_same_key_with_other_arguments_is_refused(conn, event_id, other):
    request = {"event_id": event_id, "quantity": 2, "request_key": "one"}
    reserve(conn, user_id="ann", **request)
    if "event_id" in other:
        other = {"event_id": create_event(conn, "another", 10)}
    before = contents(conn)
    with pytest.raises(
        BookingError, match='request key "one" of user "ann" was used before with other arguments'
    ) as refused:
        reserve(conn, user_id="ann", **(request | other))
    assert refused.value.sqlstate == "BK007"
    assert contents(conn) == before


def test_another_user_may_use_the_same_key(conn, event_id):
    ann, bob = (reserve(conn, event_id, user, request_key="one") for user in ("ann", "bob"))
    assert {ann.outcome, bob.outcome} == {Outcome.HELD}
    assert ann.intent_id != bob.intent_id


def test_another_key_is_another_request(conn, event_id):
    one, two = (reserve(conn, event_id, "ann", request_key=key) for key in ("one", "two"))
    assert {one.outcome, two.outcome} == {Outcome.HELD}
    assert one.intent_id != two.intent_id


def test_without_a_key_each_request_is_its_own(conn, event_id):
    assert reserve(conn, event_id, "ann").intent_id != reserve(conn, event_id, "ann").intent_id


def test_a_refusal_leaves_its_key_free(conn, event_id):
    all_tickets = reserve(conn, event_id, "bob", 10)
    assert reserve(conn, event_id, "ann", request_key="one").outcome is Outcome.SOLD_OUT
    release(conn, all_tickets.intent_id, "bob")
    assert reserve(conn, event_id, "ann", request_key="one").outcome is Outcome.HELD


@pytest.mark.parametrize("kept", [True, False])
def test_a_request_that_meets_itself_in_an_open_transaction(conn, rival, begin, event_id, kept):
    with rival.transaction():
        first = reserve(rival, event_id, "ann", 2, request_key="one")
        second = begin(reserve, event_id, "ann", 2, request_key="one")
        if not kept:
            raise psycopg.Rollback
    answer = second.result()
    if answer.outcome is Outcome.CONTENDED:
        answer = reserve(conn, event_id, "ann", 2, request_key="one")
    assert answer.outcome is Outcome.HELD
    assert (answer == first) == kept
    assert stock(conn, event_id)["held"] == 2
    assert violations(conn) == []
