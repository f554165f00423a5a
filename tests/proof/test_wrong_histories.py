"""One fault in the history of a system that is right otherwise: the rule that forbids it says so."""

from dataclasses import replace

import pytest
from frames import judge
from model import Attempt, Faults, Model, Row

from booking_sim.records.attempts import Call

LONG = 100.0
NO_TICKET = 77


def history(seed, **faults):
    return Model(seed, Faults(**{"hold_s": 5.0, "most": 2} | faults), events=12).run()


def first(model, *, outcome=None, end=None, which=lambda _: True):
    """The first attempt with an outcome, or the first row with an end."""
    if outcome:
        return next(each for each in model.attempts if each.outcome == outcome and which(each))
    return next(each for each in model.rows if each.end == end and which(each))


def hold_of(model, attempt):
    return next(row for row in model.rows if row.intent_id == attempt.intent_id)


def answered_with(model, attempt, **changes):
    """Change the answer that a buyer got of a hold, and leave the tables alone."""
    attempt.row = replace(attempt.row, **changes)


def a_hold_is_lost(model):
    model.rows.remove(hold_of(model, first(model, outcome="held")))


def a_sale_is_lost(model):
    first(model, end="confirmed").end = "expired"


def a_release_is_lost(model):
    row = first(model, end="released")
    row.end, row.ended_at = "open", None


def another_user(model):
    hold_of(model, first(model, outcome="held")).buyer += 1000


def other_tickets(model):
    answered_with(model, first(model, outcome="held"), ticket_nos=(NO_TICKET,))


def another_deadline(model):
    attempt = first(model, outcome="held")
    answered_with(model, attempt, deadline=attempt.row.deadline + 0.5)


def a_longer_hold(model):
    attempt = first(model, outcome="held")
    attempt.row.deadline += 0.5


def a_hold_that_nobody_requested(model):
    model.rows.append(Row(9999, 1, 9999, 0, 1, (NO_TICKET,), model.clock(1.0), model.clock(6.0)))


def a_refusal_that_holds(model):
    attempt = first(model, outcome="held", which=lambda each: each.session == 0)
    for other in model.attempts:
        if (other.buyer, other.call) == (attempt.buyer, Call.RESERVE):
            other.outcome = "sold_out"


def a_ticket_is_held_twice(model):
    row = first(model, end="confirmed")
    other = first(model, end="confirmed", which=lambda each: each.event == row.event and each is not row)
    attempt = next(each for each in model.attempts if each.outcome == "held" and each.intent_id == other.intent_id)
    other.ticket_nos = row.ticket_nos[:1] + other.ticket_nos[1:]
    assert attempt.row is other


def a_false_sold_out(model):
    model.attempts.append(Attempt(9000, 0, 1, Call.RESERVE, 1, -1.0, -0.9, "sold_out"))


def a_false_contended(model):
    model.attempts.append(Attempt(9000, 0, 1, Call.RESERVE, 1, -1.0, -0.9, "contended"))


def a_late_sale(model):
    row = first(model, end="confirmed")
    row.ended_at = row.deadline + 0.001


def a_payment_after_the_deadline(model):
    row = first(model, end="confirmed")
    for attempt in model.attempts:
        if attempt.call is Call.CONFIRM and attempt.intent_id == row.intent_id:
            attempt.sent, attempt.answered = attempt.sent + 10, attempt.answered + 10


def a_live_hold_is_refused(model):
    attempt = first(model, outcome="confirmed")
    attempt.outcome = "expired"
    row = hold_of(model, attempt)
    row.end, row.ended_at = "expired", row.deadline


def a_sale_is_answered_with_expired(model):
    first(model, outcome="confirmed").outcome = "expired"


def a_hold_expires_early(model):
    row = first(model, end="released")
    row.end, row.ended_at = "expired", row.deadline - 1


def a_hold_is_released_before_it_is_asked(model):
    row = first(model, end="released")
    row.ended_at = row.held_at


def two_answers_for_one_key(model):
    attempt = first(model, outcome="held")
    other = first(model, outcome="held", which=lambda each: each.event != attempt.event)
    again = replace(attempt, sent=attempt.answered + 0.1, answered=attempt.answered + 0.2, row=other.row)
    again.intent_id = other.intent_id
    model.attempts.append(again)


def two_requests_for_one_hold(model):
    attempt = first(model, outcome="held")
    model.attempts.append(replace(attempt, session=5))


def a_key_is_forgotten(model):
    attempt = first(model, outcome="held")
    after = attempt.answered + 0.1
    model.attempts.append(
        replace(attempt, sent=after, answered=after + 0.1, outcome="sold_out", row=None, intent_id=None)
    )


def two_holds_for_one_key(model):
    row = first(model, end="confirmed")
    model.rows.append(replace(row, intent_id=9999, ticket_nos=(NO_TICKET,)))


def half_a_group(model):
    attempt = first(model, outcome="held", which=lambda each: each.quantity == 2)
    attempt.row.ticket_nos, attempt.row.quantity = attempt.row.ticket_nos[:1], 1


def a_ticket_twice_in_a_group(model):
    attempt = first(model, outcome="held", which=lambda each: each.quantity == 2)
    attempt.row.ticket_nos = attempt.row.ticket_nos[:1] * 2


def a_ticket_that_there_is_not(model):
    attempt = first(model, outcome="held", which=lambda each: each.quantity == 1)
    attempt.row.ticket_nos = (NO_TICKET,)


def already_confirmed_by_nobody(model):
    first(model, outcome="confirmed").outcome = "already_confirmed"


def already_released_by_nobody(model):
    first(model, outcome="released", which=lambda each: each.call is Call.RELEASE).outcome = "already_released"


def confirmed_by_nobody(model):
    attempt = first(model, outcome="released", which=lambda each: each.call is Call.RELEASE)
    attempt.outcome = "confirmed"


def a_hold_is_not_found(model):
    first(model, outcome="confirmed").outcome = "not_found"


def an_instant_is_wrong(model):
    row = first(model, end="confirmed", which=lambda each: each.intent_id > 5)
    row.ended_at = row.held_at + 4.9


def a_hold_is_dated_back(model):
    row = first(model, end="confirmed", which=lambda each: each.intent_id > 5)
    attempt = next(each for each in model.attempts if each.outcome == "held" and each.intent_id == row.intent_id)
    row.held_at, row.deadline = row.held_at - LONG, row.deadline - LONG
    assert attempt.row is row


def holds_are_swapped(model):
    for row in model.rows:
        for other in model.rows:
            if (
                row.event == other.event
                and set(row.ticket_nos) & set(other.ticket_nos)
                and row.deadline < other.held_at
            ):
                row.held_at, other.held_at = other.held_at, row.held_at
                row.deadline, other.deadline = other.deadline, row.deadline
                return
    raise AssertionError


WRONG = {
    a_hold_is_lost: "holds_kept",
    a_sale_is_lost: "sales_kept",
    a_release_is_lost: "releases_kept",
    another_user: "holds_kept",
    other_tickets: "holds_kept",
    another_deadline: "holds_kept",
    a_longer_hold: "holds_kept",
    a_hold_that_nobody_requested: "requested",
    a_refusal_that_holds: "requested",
    a_ticket_is_held_twice: "one_holder",
    a_false_sold_out: "sold_out_is_true",
    a_false_contended: "contended_is_true",
    a_late_sale: "no_late_sales",
    a_payment_after_the_deadline: "no_late_sales",
    a_live_hold_is_refused: "live_holds_sell",
    a_sale_is_answered_with_expired: "live_holds_sell",
    a_hold_expires_early: "no_early_ends",
    a_hold_is_released_before_it_is_asked: "no_early_ends",
    two_answers_for_one_key: "one_answer",
    two_requests_for_one_hold: "one_answer",
    a_key_is_forgotten: "one_answer",
    two_holds_for_one_key: "one_hold",
    half_a_group: "whole_groups",
    a_ticket_twice_in_a_group: "whole_groups",
    a_ticket_that_there_is_not: "whole_groups",
    already_confirmed_by_nobody: "answers_have_causes",
    already_released_by_nobody: "answers_have_causes",
    confirmed_by_nobody: "answers_have_causes",
    a_hold_is_not_found: "answers_have_causes",
    an_instant_is_wrong: "instants_agree",
    a_hold_is_dated_back: "instants_agree",
    holds_are_swapped: "order_is_possible",
}


def hold_s(change):
    return 1.0 if change is holds_are_swapped else 5.0


@pytest.mark.parametrize("change", WRONG, ids=lambda change: change.__name__)
def test_one_fault_is_found(change):
    model = history(3, hold_s=hold_s(change))
    change(model)
    assert judge(model).loc[WRONG[change], "verdict"] == "violated"


@pytest.mark.parametrize("change", [a_hold_is_lost, holds_are_swapped])
def test_without_the_fault_nothing_is(change):
    assert set(judge(history(3, hold_s=hold_s(change)))["verdict"]) == {"holds"}


def test_every_rule_has_a_history_that_violates_it():
    assert set(WRONG.values()) == set(judge(history(1)).index)
