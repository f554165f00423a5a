"""Points about the answers that one caller gets, and what is written for it."""

from booking_sim.booking import BookingError, confirm, release, reserve
from booking_sim.contract.point import point
from booking_sim.contract.subject import Broken, Stock, Subject, expect
from booking_sim.models import Confirmation, Outcome, Release

SAME_REQUEST = 24
"""How many send the same request at once."""


@point
def confirm_and_release(subject: Subject) -> None:
    """Confirm sells and release gives back, once each, and only to the user whose intent it is."""
    event_id, connection = subject.event(2), subject.connection
    sold = reserve(connection, event_id, "ann").intent_id or 0
    given = reserve(connection, event_id, "bob").intent_id or 0
    steps = [
        (confirm, sold, "bob", Confirmation.NOT_FOUND),
        (confirm, sold, "ann", Confirmation.CONFIRMED),
        (confirm, sold, "ann", Confirmation.ALREADY_CONFIRMED),
        (release, sold, "ann", Release.CONFIRMED),
        (release, given, "ann", Release.NOT_FOUND),
        (release, given, "bob", Release.RELEASED),
        (release, given, "bob", Release.ALREADY_RELEASED),
        (confirm, given, "bob", Confirmation.RELEASED),
    ]
    for call, intent_id, user_id, answer in steps:
        expect(f"{type(answer).__name__.lower()} by {user_id}", call(connection, intent_id, user_id), answer)
    expect("stock", subject.stock(event_id), Stock(available=1, held=0, sold=1, pending=0))
    expect("the ticket given back", reserve(connection, event_id, "eve").outcome, Outcome.HELD)


@point
def rolled_back(subject: Subject) -> None:
    """Of a reservation whose transaction rolls back, nothing remains; one that commits stays."""
    event_id = subject.event(3)
    before = subject.stock(event_id)
    with subject.connection.transaction(force_rollback=True):
        expect("a reservation", reserve(subject.connection, event_id, "ann", 2).outcome, Outcome.HELD)
    expect("stock after the rollback", subject.stock(event_id), before)
    with subject.connection.transaction():
        reserve(subject.connection, event_id, "ann", 2)
    expect("stock after the commit", subject.stock(event_id), Stock(available=1, held=2, sold=0, pending=1))


@point
def request_keys(subject: Subject) -> None:
    """One request key gets one answer and one intent, also when many come at once; other arguments are an error."""
    event_id = subject.event(SAME_REQUEST)
    answers = subject.at_once(
        lambda connection, _: subject.buy(connection, event_id, "ann", 2, request_key="once"), SAME_REQUEST
    )
    expect("answers to the same request", len(set(answers)), 1)
    expect("outcome", answers[0].outcome, Outcome.HELD)
    expect("pending intents", subject.stock(event_id).pending, 1)
    other = subject.ask(subject.connection, reserve, event_id, "bob", 2, request_key="once")
    if other.intent_id == answers[0].intent_id:
        raise Broken("the same key of another user got the first user's intent")
    try:
        answer = reserve(subject.connection, event_id, "ann", 3, request_key="once")
    except BookingError as error:
        expect("SQLSTATE for a key used before with another quantity", error.sqlstate, "BK007")
    else:
        raise Broken(f"a key used before with another quantity was answered: {answer}")
