"""Wrong rows inserted into booking.booking_intents."""

from wrong_states.change import WrongState, intent, ticket

INSERTED_INTENTS = [
    WrongState(
        "two live intents for one ticket",
        intent(1, "{3}", "pending"),
        detected_by={
            "one_live_intent": {"ticket_no": 3, "live_intents": 2, "first_intent": 1, "last_intent": 15},
            "agreement": {"ticket_no": 3, "ticket_status": None, "named_by": 15, "user_id": "mallory"},
            "quantities": {"intent_id": 15, "tickets": 0},
            "succession": {"ticket_no": 3, "earlier_intent": 1, "intent_id": 15},
        },
    ),
    WrongState(
        "a ticket is sold twice",
        intent(1, "{5}", "confirmed"),
        detected_by={
            "one_live_intent": {"ticket_no": 5, "live_intents": 2, "first_intent": 2, "last_intent": 15},
            "agreement": {"ticket_no": 5, "named_by": 15, "intent_status": "confirmed"},
            "quantities": {"intent_id": 15, "tickets": 0},
            "succession": {"ticket_no": 5, "earlier_intent": 2, "intent_id": 15},
        },
    ),
    WrongState(
        "a live intent for a ticket that is available",
        intent(1, "{12}", "pending"),
        detected_by={
            "agreement": {"ticket_no": 12, "ticket_status": None, "named_by": 15},
            "quantities": {"intent_id": 15, "tickets": 0},
            "returned": {"ticket_no": 12, "was_held": True},
        },
    ),
    WrongState(
        "a released hold that never took its ticket",
        intent(1, "{12}", "released"),
        detected_by={
            "returned": {"ticket_no": 12, "was_held": True},
            "ticket_returns": {"event_id": 1, "returns": 0, "released": 1},
        },
    ),
    WrongState(
        "an expired hold that never took its ticket",
        intent(1, "{12}"),
        detected_by={"returned": {"ticket_no": 12, "status": "available", "returned_no": None, "was_held": True}},
    ),
    WrongState(
        "a hold of a ticket that was sold before",
        intent(1, "{5}"),
        detected_by={
            "succession": {"ticket_no": 5, "earlier_intent": 2, "earlier_status": "confirmed", "intent_id": 15}
        },
    ),
    WrongState(
        "a hold while another had the ticket",
        intent(2, "{1}", "released"),
        detected_by={"succession": {"ticket_no": 1, "earlier_intent": 5, "intent_id": 15}},
    ),
    WrongState(
        "an ended intent names ticket 999",
        intent(1, "{999}"),
        detected_by={"quantities": {"intent_id": 15, "ticket_nos": "{999}"}},
    ),
    WrongState(
        "an ended intent names ticket 0",
        intent(1, "{0}"),
        detected_by={"quantities": {"intent_id": 15, "ticket_nos": "{0}"}},
    ),
    WrongState(
        "an intent names a ticket without a number",
        intent(1, "{NULL}"),
        detected_by={"quantities": {"intent_id": 15, "ticket_nos": "{NULL}"}},
    ),
    WrongState(
        "an intent has its ticket numbers in an array of two dimensions",
        intent(7, "{{1}}"),
        detected_by={"quantities": {"intent_id": 15, "ticket_nos": "{{1}}"}},
    ),
    WrongState(
        "an intent has its ticket numbers in an array that begins at 0",
        intent(7, "[0:0]={1}"),
        detected_by={"quantities": {"intent_id": 15, "ticket_nos": "[0:0]={1}"}},
    ),
    WrongState(
        "an intent names one ticket twice",
        intent(7, "{1,1}"),
        detected_by={
            "quantities": {"intent_id": 15, "quantity": 2, "ticket_nos": "{1,1}"},
            "succession": {"ticket_no": 1, "earlier_intent": 15, "intent_id": 15},
        },
    ),
    WrongState(
        "an intent names fewer tickets than its quantity",
        intent(7, "{1}", quantity=2),
        detected_by={"quantities": {"intent_id": 15, "quantity": 2, "ticket_nos": "{1}"}},
    ),
    WrongState(
        "an intent for no ticket", intent(7, "{}"), detected_by={"quantities": {"intent_id": 15, "quantity": 0}}
    ),
    WrongState("an intent without ticket numbers", intent(7, "{1}", ticket_nos="null"), "not null"),
    WrongState(
        "a deadline that is not hold_for after the beginning",
        intent(7, "{1}", hold_for="interval '2 us'"),
        detected_by={"deadlines": {"intent_id": 15, "hold_for": "00:00:00.000002"}},
    ),
    WrongState(
        "a hold of no length",
        intent(7, "{1}", hold_for="interval '0'", expires_at="at"),
        detected_by={"deadlines": {"intent_id": 15, "hold_for": "00:00:00"}},
    ),
    WrongState(
        "a hold for more than 31 days",
        intent(7, "{1}", hold_for="interval '32 days'", created_at="at - interval '32 days'", expires_at="at"),
        detected_by={"deadlines": {"intent_id": 15, "hold_for": "32 days"}, "succession": {"earlier_intent": 15}},
    ),
    WrongState(
        "a hold that ends after the last date of PostgreSQL",
        intent(7, "{1}", hold_for="interval '170000000 years'"),
        detected_by={"deadlines": {"intent_id": 15}},
    ),
    WrongState(
        "a hold whose deadline is 'infinity'",
        intent(1, "{12}", "pending", expires_at="'infinity'")
        + ";"
        + ticket(1, 12, status="'held'", intent_id=15, held_by="'mallory'", hold_expires_at="'infinity'"),
        detected_by={"deadlines": {"intent_id": 15, "expires_at": "infinity"}},
    ),
    WrongState(
        "a hold that began at '-infinity'",
        intent(7, "{1}", created_at="'-infinity'"),
        detected_by={
            "deadlines": {"intent_id": 15, "created_at": "-infinity"},
            "succession": {"earlier_intent": 15},
        },
    ),
    WrongState(
        "a hold that begins tomorrow",
        intent(1, "{12}", "pending", created_at="at + interval '24 h'", expires_at="at + interval '25 h'")
        + ";"
        + ticket(
            1,
            12,
            status="'held'",
            intent_id=15,
            held_by="'mallory'",
            hold_expires_at="(select expires_at from booking.booking_intents where id = 15)",
        ),
        detected_by={"deadlines": {"intent_id": 15, "status": "pending"}},
    ),
    WrongState(
        "a hold that expired at 'infinity'",
        intent(7, "{1}", expired_at="'infinity'"),
        detected_by={"deadlines": {"intent_id": 15, "expired_at": "infinity"}},
    ),
    WrongState(
        "a hold that expired before its deadline",
        intent(7, "{1}", expired_at="at"),
        detected_by={"deadlines": {"intent_id": 15, "status": "expired"}},
    ),
    WrongState(
        "a sale at its deadline",
        intent(1, "{12}", "confirmed", confirmed_at="at + hold")
        + ";"
        + ticket(1, 12, status="'sold'", intent_id=15, held_by="'mallory'"),
        detected_by={"deadlines": {"intent_id": 15, "status": "confirmed"}},
    ),
    WrongState(
        "a sale before its hold",
        intent(1, "{12}", "confirmed", confirmed_at="at - hold")
        + ";"
        + ticket(1, 12, status="'sold'", intent_id=15, held_by="'mallory'"),
        detected_by={"deadlines": {"intent_id": 15, "status": "confirmed"}},
    ),
    WrongState(
        "a hold given back before it began",
        intent(2, "{1}", "released", released_at="at - hold"),
        detected_by={"deadlines": {"intent_id": 15, "status": "released"}, "succession": {"intent_id": 15}},
    ),
    WrongState(
        "a sale without its instant",
        intent(1, "{12}", "confirmed", confirmed_at="null")
        + ";"
        + ticket(1, 12, status="'sold'", intent_id=15, held_by="'mallory'"),
        detected_by={"transitions": {"of": "intent", "number": 15, "status": "confirmed", "found": ""}},
    ),
    WrongState(
        "a hold that was sold and expired",
        intent(7, "{1}", confirmed_at="at"),
        detected_by={"transitions": {"of": "intent", "number": 15, "status": "expired"}},
    ),
    WrongState(
        "a pending intent that was released",
        intent(1, "{12}", "pending", released_at="at")
        + ";"
        + ticket(
            1,
            12,
            status="'held'",
            intent_id=15,
            held_by="'mallory'",
            hold_expires_at="(select expires_at from booking.booking_intents where id = 15)",
        ),
        detected_by={"transitions": {"of": "intent", "number": 15, "status": "pending"}},
    ),
    WrongState("an intent without a status", intent(7, "{1}", status="null"), "not null"),
    WrongState("an intent with an unknown status", intent(7, "{1}", status="'lost'"), "type"),
    WrongState(
        "an intent with an empty user name",
        intent(7, "{1}", user_id="''"),
        detected_by={"names": {"of": "intent", "number": 15, "name": ""}},
    ),
    WrongState(
        "an intent with an invisible user name",
        intent(7, "{1}", user_id="U&'\\200B\\00A0 '"),
        detected_by={"names": {"of": "intent", "number": 15}},
    ),
    WrongState(
        "an intent with a user name that is too long",
        intent(7, "{1}", user_id="repeat('m', 1001)"),
        detected_by={"names": {"of": "intent", "number": 15}},
    ),
    WrongState(
        "an intent with an empty request key",
        intent(7, "{1}", request_key="''") + "; insert into booking.request_keys values ('mallory', '', 15)",
        detected_by={"names": {"of": "request key", "number": 15, "name": ""}},
    ),
    WrongState(
        "an intent whose event does not exist",
        intent(99, "{1}"),
        detected_by={"orphans": {"orphan": "intent", "event_id": 99, "number": 15}},
    ),
    WrongState("two intents with one id", intent(7, "{1}", id="12"), "booking_intents_pkey"),
    WrongState(
        "an intent whose request key is not kept",
        intent(7, "{1}", request_key="'new'"),
        detected_by={"request_keys": {"user_id": "mallory", "request_key": "new", "kept_for": None, "used_by": 15}},
    ),
    WrongState(
        "a request key with two intents",
        intent(7, "{1}", user_id="'ann'", request_key="'k'"),
        detected_by={"request_keys": {"user_id": "ann", "request_key": "k", "kept_for": None, "used_by": 15}},
    ),
]
