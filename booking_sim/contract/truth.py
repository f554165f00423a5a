"""Points about the locks of others: what is merely locked is not sold out."""

from concurrent.futures import ThreadPoolExecutor

from booking_sim.booking import reserve
from booking_sim.contract.point import noted, point
from booking_sim.contract.subject import Broken, Subject, expect
from booking_sim.models import Outcome


@point
def last_ticket_locked(subject: Subject) -> None:
    """While the last ticket is in a transaction that rolls back, nobody gets sold_out, and the next buyer gets it.

    A strategy may wait for that transaction: the contract is about what it answers, not when.
    """
    expect("the next buyer", _next_buyer(subject, rolls_back=True), Outcome.HELD)


@point
def last_ticket_taken(subject: Subject) -> None:
    """While the last ticket is in a transaction that commits, nobody gets sold_out until it has."""
    expect("the next buyer", _next_buyer(subject, rolls_back=False), Outcome.SOLD_OUT)


@noted
def never_waits(subject: Subject) -> None:
    """Nobody waits for somebody else's open transaction while there are other tickets.

    Only noted: a strategy that blocks does wait, by its nature, and its answers may be right all the same.
    """
    event_id = subject.event(2)
    with subject.connect() as holder, subject.connect() as buyer, ThreadPoolExecutor(1) as pool:
        with holder.transaction(force_rollback=True):
            reserve(holder, event_id, "first")
            answer = pool.submit(subject.ask, buyer, reserve, event_id, "next")
            answered = subject.settle(answer, buyer, holder)
        if not answered:
            raise Broken("a buyer waited until the other transaction ended")
        expect("the other ticket", answer.result().outcome, Outcome.HELD)


@noted
def crossing_transactions(subject: Subject) -> None:
    """Two transactions that each reserve at the same two events, in opposite order, both go through.

    Only noted: the functions of the contract do not deadlock with each other, but a strategy that waits for locks and
    holds them to the end of the caller's transaction leaves their order to the caller.
    """
    one, other = subject.event(10), subject.event(10)
    with (
        subject.connect() as ann,
        subject.connect() as bob,
        ThreadPoolExecutor(1) as pool,
        ann.transaction(),
        bob.transaction(),
    ):
        reserve(ann, one, "ann")
        reserve(bob, other, "bob")
        answer = pool.submit(reserve, ann, other, "ann")
        subject.settle(answer, ann, bob)
        expect("bob at both events", reserve(bob, one, "bob").outcome, Outcome.HELD)
        expect("ann at both events", answer.result().outcome, Outcome.HELD)


def _next_buyer(subject: Subject, *, rolls_back: bool) -> Outcome:
    """Reserve a ticket while another transaction has it, and again when that has ended; return the last answer."""
    event_id = subject.event(1)
    with subject.connect() as holder, subject.connect() as buyer, ThreadPoolExecutor(1) as pool:
        with holder.transaction(force_rollback=rolls_back):
            expect("the first buyer", reserve(holder, event_id, "first").outcome, Outcome.HELD)
            answer = pool.submit(subject.ask, buyer, reserve, event_id, "next")
            if subject.settle(answer, buyer, holder):
                expect("the next buyer, while the transaction is open", answer.result().outcome, Outcome.CONTENDED)
        outcome = answer.result().outcome
        return subject.buy(buyer, event_id, "next").outcome if outcome is Outcome.CONTENDED else outcome
