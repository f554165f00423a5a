"""What the answers say about who has which ticket: two holders are found, and correct histories are never accused."""

from datetime import UTC, datetime, timedelta
from functools import partial
from operator import itemgetter
from random import Random

import pytest

from booking_sim.contract.ledger import Ledger
from booking_sim.contract.subject import Broken
from booking_sim.models import Confirmation, Outcome, Release, Reservation

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def hold(ledger, intent_id, start, length=10, ticket_nos=(7,)):
    """Record a hold that began `start` seconds after noon."""
    answer = Reservation(Outcome.HELD, intent_id, ticket_nos, NOON + start * SECOND + length * SECOND)
    return ledger.held(answer, f"buyer {intent_id}", len(ticket_nos), length * SECOND)


@pytest.fixture
def ledger():
    return Ledger(event_id=3, capacity=9)


@pytest.mark.parametrize(
    "answers", [[(1, 0), (2, 9.5)], [(2, 9.5), (1, 0)]], ids=["in order", "the earlier one comes late"]
)
def test_a_hold_that_begins_during_another_one(ledger, answers):
    hold(ledger, *answers[0])
    with pytest.raises(Broken) as found:
        hold(ledger, *answers[1])
    assert str(found.value) == (
        "ticket 7 of event 3 has two holders: "
        "intent 1 of buyer 1, held at 12:00:00.000000 UTC, until 12:00:10.000000 UTC; "
        "intent 2 of buyer 2, held at 12:00:09.500000 UTC, until 12:00:19.500000 UTC"
    )


def test_one_ticket_of_several_is_enough(ledger):
    hold(ledger, 1, 0, ticket_nos=(4, 5, 6))
    with pytest.raises(Broken, match="ticket 6 of event 3"):
        hold(ledger, 2, 1, ticket_nos=(6, 7, 8))


def test_a_hold_that_begins_at_the_deadline_of_the_one_before(ledger):
    hold(ledger, 1, 0)
    hold(ledger, 2, 10)


def test_a_sale_covers_its_ticket_for_ever(ledger):
    sale = hold(ledger, 1, 0)
    ledger.confirmed(sale, Confirmation.CONFIRMED, {Confirmation.CONFIRMED})
    with pytest.raises(Broken, match=r"intent 1 of buyer 1, held at 12:00:00\.000000 UTC, sold; intent 2"):
        hold(ledger, 2, 3600)


def test_a_sale_of_a_hold_whose_ticket_has_another_holder(ledger):
    late = hold(ledger, 1, 0)
    hold(ledger, 2, 10)
    with pytest.raises(Broken, match="two holders"):
        ledger.confirmed(late, Confirmation.CONFIRMED, {Confirmation.CONFIRMED, Confirmation.EXPIRED})


def test_a_confirm_that_expired_sold_nothing(ledger):
    late = hold(ledger, 1, 0)
    ledger.confirmed(late, Confirmation.EXPIRED, {Confirmation.CONFIRMED, Confirmation.EXPIRED})
    hold(ledger, 2, 10)


def test_a_release_on_its_way_may_have_ended_the_hold(ledger):
    first = hold(ledger, 1, 0)
    ledger.releasing(first)
    hold(ledger, 2, 5)
    ledger.released(first, Release.RELEASED, {Release.RELEASED})


def test_a_release_that_was_refused_has_not(ledger):
    first = hold(ledger, 1, 0)
    ledger.releasing(first)
    hold(ledger, 2, 5)
    with pytest.raises(Broken, match="two holders"):
        ledger.released(first, Release.EXPIRED, {Release.RELEASED, Release.EXPIRED})


@pytest.mark.parametrize(
    ("ticket_nos", "quantity", "complaint"),
    [
        ((1, 2), 3, "tickets of a hold: 2"),
        ((1, 1), 2, "tickets of a hold: 1"),
        ((10,), 1, "ticket 10, of an event with 9"),
    ],
)
def test_an_answer_with_the_wrong_tickets(ledger, ticket_nos, quantity, complaint):
    with pytest.raises(Broken, match=complaint):
        ledger.held(Reservation(Outcome.HELD, 1, ticket_nos, NOON), "ann", quantity, SECOND)


def test_a_live_hold_that_is_refused_its_sale_or_its_release(ledger):
    refused = hold(ledger, 1, 0)
    with pytest.raises(Broken, match=r"confirm of intent 1 of buyer 1.*: expired"):
        ledger.confirmed(refused, Confirmation.EXPIRED, {Confirmation.CONFIRMED})
    with pytest.raises(Broken, match=r"release of intent 1 of buyer 1.*: not_found"):
        ledger.released(refused, Release.NOT_FOUND, {Release.RELEASED})


def history(random, ledger, *, fault=False):
    """What happens to one ticket that is held again and again, as the client's steps in time, each late at random.

    The fault: from the 21st hold on, some begin before the deadline of the one before, which was not released.
    """
    steps, holds, now = [], {}, 0
    for nth in range(40):
        start, length = now, random.randint(1000, 5000)  # milliseconds
        known = start + random.randint(0, 6000)  # the hold may be over by then
        steps.append(
            (known, partial(lambda i, s, n: holds.update({i: hold(ledger, i, s, n)}), nth, start / 1000, length / 1000))
        )
        now = start + length
        if known < now and random.random() < 0.6:
            sent = random.randint(known, now)
            now = random.randint(sent, now)
            steps.append((sent, partial(lambda i: ledger.releasing(holds[i]), nth)))
            answered = now + 1 + random.randint(0, 6000)
            steps.append(
                (answered, partial(lambda i: ledger.released(holds[i], Release.RELEASED, {Release.RELEASED}), nth))
            )
        elif fault and nth >= 20:
            now -= random.randint(1, length)
    return [step for _, step in sorted(steps, key=itemgetter(0))]


def apply(steps):
    for step in steps:
        step()


@pytest.mark.parametrize("seed", range(50))
def test_a_correct_history_is_not_accused_however_late_its_answers_are(ledger, seed):
    apply(history(Random(seed), ledger))


@pytest.mark.parametrize("seed", range(50))
def test_a_history_with_a_fault_is_accused_however_late_its_answers_are(ledger, seed):
    steps = history(Random(seed), ledger, fault=True)
    with pytest.raises(Broken, match="two holders"):
        apply(steps)
