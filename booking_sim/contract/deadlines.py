"""Points about when a hold begins and ends: the database's clock decides, and nothing has to sweep."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import cast

from booking_sim.audit import audit
from booking_sim.booking import HOLD, confirm, release, reserve
from booking_sim.contract.point import point
from booking_sim.contract.subject import Broken, Stock, Subject, expect
from booking_sim.models import Confirmation, Outcome
from booking_sim.queries import load

SHORT = timedelta(seconds=0.5)


@point
def reserved_at_the_deadline(subject: Subject) -> None:
    """Tickets on hold can be reserved by the next buyer at the deadline, without a sweeper, and not a moment before."""
    event_id, connection = subject.event(3), subject.connection
    first = reserve(connection, event_id, "first", 3, hold_for=SHORT)
    deadline = cast("datetime", first.hold_expires_at)
    early = reserve(connection, event_id, "early")
    if early.outcome is not Outcome.SOLD_OUT and subject.is_before(deadline):
        raise Broken(f"a buyer got {early.outcome} while the hold was alive")
    subject.sleep_until(deadline)
    for quantity in (1, 2):  # a hold of three goes back whole
        next_one = subject.buy(connection, event_id, "next", quantity)
        expect(f"{quantity} tickets after the deadline", next_one.outcome, Outcome.HELD)
        held_at = cast("datetime", next_one.hold_expires_at) - HOLD
        if held_at < deadline:
            raise Broken(f"the next hold began {deadline - held_at} before the deadline")
    expect("confirm of the first hold", confirm(connection, first.intent_id or 0, "first"), Confirmation.EXPIRED)
    expect("stock", subject.stock(event_id), Stock(available=0, held=3, sold=0, pending=2))


@point
def confirmed_late(subject: Subject) -> None:
    """A confirm that is late, or that waited for a lock until it was, answers expired and never sells."""
    event_id = subject.event(1)
    late = reserve(subject.connection, event_id, "late", hold_for=SHORT)
    intent_id, deadline = late.intent_id or 0, cast("datetime", late.hold_expires_at)
    with (
        subject.connect() as locker,
        subject.connect() as buyer,
        ThreadPoolExecutor(1) as pool,
    ):
        with locker.transaction():
            locker.execute(load("contract/lock_tickets"), {"event_id": event_id})
            answer = pool.submit(subject.ask, buyer, confirm, intent_id, "late")
            subject.settle(answer, buyer, locker)
            subject.sleep_until(deadline)
        expect("confirm that waited past the deadline", answer.result(), Confirmation.EXPIRED)
    next_one = subject.buy(subject.connection, event_id, "next")
    expect("the next buyer", next_one.outcome, Outcome.HELD)
    expect(
        "confirm after the ticket had a new holder",
        confirm(subject.connection, intent_id, "late"),
        Confirmation.EXPIRED,
    )
    expect(
        "the new holder's confirm", confirm(subject.connection, next_one.intent_id or 0, "next"), Confirmation.CONFIRMED
    )
    expect("stock", subject.stock(event_id), Stock(available=0, held=0, sold=1, pending=0))


@point
def held_after_waiting(subject: Subject) -> None:
    """A hold whose buyer waited begins by a clock read after the wait: not before the one before it was given back."""
    event_id = subject.event(1)
    first = reserve(subject.connection, event_id, "first")
    with (
        subject.connect() as locker,
        subject.connect() as buyer,
        ThreadPoolExecutor(1) as pool,
    ):
        with locker.transaction():
            locker.execute(load("contract/lock_table"))
            answer = pool.submit(subject.buy, buyer, event_id, "next")
            subject.settle(answer, buyer, locker)
            release(locker, first.intent_id or 0, "first")
        answer.result()
    rules = audit(subject.url, event_id=event_id).set_index("name")
    expect("holds begun before the one before them was given back", int(rules.violations["succession"]), 0)
