"""Wrong changes of rows of booking.booking_intents."""

from wrong_states.change import FREE, WrongState, change_of, ticket

CHANGED_INTENTS = [
    WrongState(
        "an intent is confirmed and its ticket is not sold",
        change_of(5, status="'confirmed'", confirmed_at="clock_timestamp()"),
        detected_by={
            "agreement": {"event_id": 2, "ticket_no": 1, "ticket_status": "held", "intent_status": "confirmed"}
        },
    ),
    WrongState(
        "an intent is released and keeps its tickets",
        change_of(1, status="'released'", released_at="clock_timestamp()"),
        detected_by={
            "agreement": {"ticket_no": 3, "intent_id": 1, "named_by": None},
            "quantities": {"intent_id": 1, "status": "released", "tickets": 2},
            "ticket_returns": {"event_id": 1, "returns": 0, "released": 2},
        },
    ),
    WrongState(
        "an overdue intent is ended and keeps its ticket",
        change_of(9, status="'expired'", expired_at="clock_timestamp()"),
        detected_by={
            "agreement": {"event_id": 5, "ticket_no": 1, "intent_id": 9, "named_by": None},
            "quantities": {"intent_id": 9, "status": "expired", "tickets": 1},
        },
    ),
    WrongState(
        "a hold is ended before its deadline",
        ticket(2, 1, **FREE) + ";" + change_of(5, status="'expired'", expired_at="expires_at"),
        "check_intent",
        {"deadlines": {"intent_id": 5, "status": "expired"}, "returned": {"event_id": 2, "returned_no": None}},
    ),
    WrongState(
        "an overdue hold is sold, as if before its deadline",
        ticket(5, 1, status="'sold'", hold_expires_at="null")
        + ";"
        + change_of(9, status="'confirmed'", confirmed_at="created_at"),
        "check_intent",
    ),
    WrongState(
        "a sale gets an instant in the future",
        change_of(5, status="'confirmed'", confirmed_at="expires_at - interval '1 s'"),
        "check_intent",
        {
            "agreement": {"event_id": 2, "intent_status": "confirmed"},
            "deadlines": {"intent_id": 5, "status": "confirmed"},
        },
    ),
    WrongState(
        "a release gets an instant in the past",
        ticket(3, 2, **FREE) + ";" + change_of(7, status="'released'", released_at="created_at"),
        "check_intent",
        {
            "returned": {"event_id": 3, "ticket_no": 2},
            "ticket_returns": {"event_id": 3, "released": 1},
            "stock_checks": {"wrong": "left over", "event_id": 3, "found": 1, "right": 0},
        },
    ),
    WrongState(
        "a pending intent's end is written before it ends",
        change_of(1, confirmed_at="clock_timestamp()"),
        "check_intent",
        {"transitions": {"of": "intent", "number": 1, "status": "pending"}},
    ),
    WrongState(
        "an intent's deadline is moved",
        change_of(1, expires_at="expires_at + interval '1 us'"),
        "check_intent",
        {"deadlines": {"intent_id": 1}, "agreement": {"ticket_no": 3, "named_by": 1}},
    ),
    WrongState(
        "an intent's hold is made longer",
        change_of(1, hold_for="hold_for + interval '1 us'"),
        "check_intent",
        {"deadlines": {"intent_id": 1}},
    ),
    WrongState(
        "an intent's beginning is moved",
        change_of(1, created_at="created_at - interval '1 us'"),
        "check_intent",
        {"deadlines": {"intent_id": 1}},
    ),
    WrongState(
        "an intent gets another user",
        change_of(1, user_id="'mallory'"),
        "check_intent",
        {
            "agreement": {"ticket_no": 3, "held_by": "ann", "user_id": "mallory"},
            "request_keys": {"user_id": "ann", "request_key": "k", "kept_for": 1, "used_by": None},
        },
    ),
    WrongState(
        "an intent's quantity is changed",
        change_of(1, quantity=3),
        "check_intent",
        {"quantities": {"intent_id": 1, "quantity": 3, "tickets": 2}},
    ),
    WrongState(
        "a pending intent names a ticket of another intent",
        change_of(1, ticket_nos="'{3,5}'"),
        "check_intent",
        {
            "one_live_intent": {"ticket_no": 5, "first_intent": 1, "last_intent": 2},
            "agreement": {"ticket_no": 4, "intent_id": 1, "named_by": None},
            "succession": {"ticket_no": 5},
        },
    ),
    WrongState(
        "an intent is moved to another event",
        change_of(1, event_id=7),
        "check_intent",
        {
            "agreement": {"event_id": 1, "ticket_no": 3, "named_by": None},
            "quantities": {"intent_id": 1, "tickets": 0},
        },
    ),
    WrongState(
        "an intent's id is changed",
        change_of(1, id=99),
        "check_intent",
        {
            "agreement": {"ticket_no": 3, "intent_id": 1, "named_by": None},
            "quantities": {"intent_id": 99, "tickets": 0},
            "request_keys": {"kept_for": 1, "used_by": None},
        },
    ),
    WrongState(
        "an intent's request key is changed",
        change_of(1, request_key="'l'"),
        "check_intent",
        {"request_keys": {"request_key": "l", "kept_for": None, "used_by": 1}},
    ),
    WrongState(
        "a released intent becomes an expired one",
        change_of(3, status="'expired'", released_at="null", expired_at="expires_at"),
        "check_intent",
        {"deadlines": {"intent_id": 3}, "succession": {"ticket_no": 1, "earlier_intent": 3}},
    ),
    WrongState(
        "a sold intent is released",
        change_of(2, status="'released'", confirmed_at="null", released_at="clock_timestamp()"),
        "check_intent",
        {
            "agreement": {"ticket_no": 5, "intent_id": 2, "named_by": None},
            "quantities": {"intent_id": 2, "tickets": 2},
            "ticket_returns": {"event_id": 1, "returns": 0, "released": 2},
        },
    ),
    WrongState(
        "the instant of a sale is rewritten within its hold",
        change_of(2, confirmed_at="created_at"),
        "check_intent",
    ),
    WrongState(
        "an ended intent is deleted",
        "delete from booking.booking_intents where id = 3",
        "keep_intents",
        {"ticket_returns": {"event_id": 2, "returns": 2, "released": 0, "expired": 1}},
    ),
    WrongState(
        "a pending intent is deleted",
        "delete from booking.booking_intents where id = 7",
        "keep_intents",
        {
            "agreement": {"event_id": 3, "ticket_no": 2, "intent_id": 7, "named_by": None},
            "claimed_blocks": {"event_id": 3, "block_no": 0, "never_held": 2},
        },
    ),
    WrongState(
        "all intents are deleted",
        "truncate booking.booking_intents",
        "keep_all_intents",
        {
            "agreement": {"ticket_no": 3, "intent_id": 1, "named_by": None},
            "claimed_blocks": {"event_id": 3, "block_no": 0},
            "request_keys": {"user_id": "ann", "kept_for": 1, "used_by": None},
            "returned": {"event_id": 7, "ticket_no": 1, "returned_no": 1, "was_held": False},
            "ticket_returns": {"event_id": 2, "returns": 2, "released": 0},
        },
    ),
]
