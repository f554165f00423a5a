"""At other isolation levels than READ COMMITTED: a refusal with a code, or a right answer, or a serialization
failure."""

from contextlib import suppress
from datetime import timedelta

import psycopg
import pytest
from inventory import contents, stock, violations
from psycopg import IsolationLevel

from booking_sim.booking import BookingError, confirm, create_event, expire_holds, release, reserve
from booking_sim.database import connect
from booking_sim.models import Confirmation, Outcome, Release

pytestmark = pytest.mark.core

STRICT = [IsolationLevel.REPEATABLE_READ, IsolationLevel.SERIALIZABLE]
SHORT = timedelta(milliseconds=150)


@pytest.fixture(params=STRICT, ids=lambda level: level.name.lower())
def strict(request, database):
    """A connection whose transactions have one snapshot."""
    with connect(database) as connection:
        connection.isolation_level = request.param
        yield connection


@pytest.mark.parametrize("key", [None, "one"])
@pytest.mark.parametrize("sold_out", [False, True])
def test_reserve_is_refused(conn, strict, sold_out, key):
    event_id = create_event(conn, "on sale", 1)
    if sold_out:
        reserve(conn, event_id, "ann")
        assert {reserve(conn, event_id, "bob").outcome for _ in range(4)} == {Outcome.SOLD_OUT}
    before = contents(conn)
    with strict.transaction(), pytest.raises(BookingError, match="READ COMMITTED") as refused, strict.transaction():
        reserve(strict, event_id, "cid", request_key=key)
    assert refused.value.sqlstate == "BK009"
    assert contents(conn) == before


def test_reserve_at_read_uncommitted_is_read_committed(database, conn):
    event_id = create_event(conn, "on sale", 2)
    with connect(database) as loose:
        loose.isolation_level = IsolationLevel.READ_UNCOMMITTED
        with loose.transaction():
            assert reserve(loose, event_id, "ann").outcome is Outcome.HELD
            assert reserve(conn, event_id, "bob").outcome is Outcome.HELD
            assert reserve(loose, event_id, "cid").outcome is Outcome.SOLD_OUT


@pytest.mark.parametrize(
    ("call", "answer"), [(confirm, Confirmation.CONFIRMED), (release, Release.RELEASED)], ids=["confirm", "release"]
)
def test_an_undisturbed_end_of_a_hold(conn, strict, call, answer):
    event_id = create_event(conn, "on sale", 2)
    hold = reserve(conn, event_id, "ann", 2)
    with strict.transaction():
        assert call(strict, hold.intent_id, "bob") == "not_found"
        assert call(strict, hold.intent_id, "ann") is answer
    assert violations(conn) == []


@pytest.mark.parametrize("call", [confirm, release])
def test_a_deadline_that_passes_inside_the_transaction(conn, strict, call):
    event_id = create_event(conn, "on sale", 1)
    hold = reserve(conn, event_id, "ann", hold_for=SHORT)
    with strict.transaction():
        strict.execute("select 1")
        conn.execute("select pg_sleep_until(%s)", [hold.hold_expires_at])
        assert call(strict, hold.intent_id, "ann") == "expired"
    assert "sold" not in stock(conn, event_id)


@pytest.mark.parametrize("meanwhile", [confirm, release, reserve, expire_holds])
@pytest.mark.parametrize("call", [confirm, release])
def test_a_hold_that_ended_since_the_snapshot(conn, strict, call, meanwhile):
    """The old snapshot still shows the hold as pending: no answer may be built on that."""
    event_id = create_event(conn, "on sale", 1)
    overdue = meanwhile in {reserve, expire_holds}
    hold = reserve(conn, event_id, "ann", hold_for=SHORT if overdue else timedelta(minutes=5))
    with suppress(psycopg.errors.SerializationFailure), strict.transaction():
        strict.execute("select count(*) from booking.tickets")
        if overdue:
            conn.execute("select pg_sleep_until(%s)", [hold.hold_expires_at])
        arguments = {reserve: (event_id, "bob"), expire_holds: (event_id,)}.get(meanwhile, (hold.intent_id, "ann"))
        meanwhile(conn, *arguments)
        after = stock(conn, event_id)
        answer = call(strict, hold.intent_id, "ann")
        expected = {"expired"} if overdue else {"already_confirmed", "confirmed", "released", "already_released"}
        assert answer in expected
    assert stock(conn, event_id) == after
    assert violations(conn) == []


def test_a_sweep_beside_the_end_of_the_same_hold(conn, strict):
    event_id = create_event(conn, "on sale", 2)
    holds = [reserve(conn, event_id, "ann", hold_for=SHORT) for _ in range(2)]
    with suppress(psycopg.errors.SerializationFailure), strict.transaction():
        strict.execute("select count(*) from booking.tickets")
        conn.execute("select pg_sleep_until(%s)", [holds[1].hold_expires_at])
        reserve(conn, event_id, "bob")
        assert expire_holds(strict, event_id) <= 1
    assert stock(conn, event_id)["held"] >= 1
    assert violations(conn) == []
