"""Wrong changes of booking.tickets."""

from wrong_states.change import FREE, WrongState, ticket

TICKETS = [
    WrongState(
        "an available ticket is deleted",
        "delete from booking.tickets where (event_id, ticket_no) = (1, 12)",
        "keep_tickets",
        {"capacity": {"event_id": 1, "capacity": 12, "rows": 11, "available": 7, "held": 2, "sold": 2}},
    ),
    WrongState(
        "a sold ticket is deleted",
        "delete from booking.tickets where (event_id, ticket_no) = (1, 5)",
        "keep_tickets",
        {
            "capacity": {"event_id": 1, "rows": 11, "sold": 1},
            "quantities": {"intent_id": 2, "tickets": 1},
            "agreement": {"ticket_no": 5, "ticket_status": None, "named_by": 2, "intent_status": "confirmed"},
        },
    ),
    WrongState(
        "a sold ticket is deleted and made again, to be sold again",
        "delete from booking.tickets where (event_id, ticket_no) = (1, 5);insert into booking.tickets values (1, 5)",
        "keep_tickets",
        {
            "agreement": {"ticket_no": 5, "named_by": 2},
            "quantities": {"intent_id": 2, "tickets": 1},
            "returned": {"ticket_no": 5, "status": "available", "returned_no": None, "was_held": True},
        },
    ),
    WrongState(
        "all tickets are deleted",
        "truncate booking.tickets",
        "keep_all_tickets",
        {
            "capacity": {"event_id": 1, "capacity": 12, "rows": 0},
            "agreement": {"ticket_no": 3, "named_by": 1},
            "quantities": {"intent_id": 1, "tickets": 0},
        },
    ),
    WrongState(
        "a ticket above the capacity",
        "insert into booking.tickets values (1, 13)",
        detected_by={"capacity": {"event_id": 1, "rows": 13, "numbers": 12, "available": 9}},
    ),
    WrongState(
        "a ticket numbered 0",
        "insert into booking.tickets values (1, 0)",
        detected_by={"capacity": {"event_id": 1, "rows": 13, "numbers": 12}},
    ),
    WrongState(
        "a ticket with the least number of its type",
        "insert into booking.tickets values (1, -2147483648)",
        detected_by={"capacity": {"event_id": 1, "rows": 13, "numbers": 12}},
    ),
    WrongState(
        "a ticket whose event does not exist",
        "insert into booking.tickets values (99, 1)",
        detected_by={"orphans": {"orphan": "ticket", "event_id": 99, "number": 1}},
    ),
    WrongState("two tickets with one number", "insert into booking.tickets values (1, 12)", "tickets_pkey"),
    WrongState("a ticket without a number", "insert into booking.tickets values (1, null)", "not null"),
    WrongState(
        "a ticket's number is changed",
        ticket(1, 12, ticket_no=13),
        "numbers_are_final",
        {"capacity": {"event_id": 1, "rows": 12, "numbers": 11}},
    ),
    WrongState(
        "an available ticket is moved to another event",
        ticket(1, 12, event_id=7),
        "numbers_are_final",
        detected_by={"capacity": {"event_id": 7, "capacity": 2, "rows": 3}},
    ),
    WrongState(
        "a held ticket is moved to another event",
        ticket(1, 3, event_id=7),
        "check_ticket",
        {
            "capacity": {"event_id": 1, "rows": 11, "held": 1},
            "quantities": {"intent_id": 1, "tickets": 1},
            "agreement": {"event_id": 7, "ticket_no": 3, "named_by": None},
        },
    ),
    WrongState("a ticket without a status", ticket(1, 12, status="null"), "not null"),
    WrongState("a ticket with an unknown status", ticket(1, 12, status="'lost'"), "type"),
    WrongState(
        "an available ticket is held for nobody",
        ticket(1, 12, status="'held'"),
        detected_by={"agreement": {"ticket_no": 12, "ticket_status": "held", "intent_id": None, "named_by": None}},
    ),
    WrongState(
        "an available ticket is sold to nobody",
        ticket(1, 12, status="'sold'"),
        detected_by={"agreement": {"ticket_no": 12, "ticket_status": "sold", "intent_id": None, "named_by": None}},
    ),
    WrongState(
        "an available ticket is held for an intent that ended",
        ticket(2, 1, status="'held'", intent_id=3, held_by="'cid'", hold_expires_at="now()"),
        "check_ticket",
        {
            "agreement": {"ticket_no": 1, "intent_id": 3, "named_by": None},
            "quantities": {"intent_id": 3, "tickets": 1},
        },
    ),
    WrongState(
        "an available ticket is held for an intent that does not exist",
        ticket(1, 12, status="'held'", intent_id=99, held_by="'ann'", hold_expires_at="now()"),
        detected_by={"agreement": {"ticket_no": 12, "intent_id": 99, "named_by": None}},
    ),
    WrongState(
        "an available ticket is held for another event's intent",
        ticket(1, 12, status="'held'", intent_id=7, held_by="'hal'", hold_expires_at="now()"),
        detected_by={"agreement": {"event_id": 1, "ticket_no": 12, "intent_id": 7, "named_by": None}},
    ),
    WrongState(
        "an available ticket is sold to an intent that does not name it",
        ticket(1, 12, status="'sold'", intent_id=2, held_by="'bob'"),
        detected_by={
            "agreement": {"ticket_no": 12, "ticket_status": "sold", "intent_id": 2, "named_by": None},
            "quantities": {"intent_id": 2, "tickets": 3},
        },
    ),
    WrongState(
        "an available ticket keeps its holder",
        ticket(1, 12, held_by="'ghost'"),
        detected_by={"transitions": {"of": "ticket", "number": 12, "found": "held by ghost"}},
    ),
    WrongState(
        "an available ticket keeps its intent",
        ticket(7, 1, intent_id=12),
        detected_by={
            "transitions": {"of": "ticket", "number": 1, "found": "intent 12"},
            "agreement": {"ticket_no": 1, "ticket_status": "available", "intent_id": 12},
            "quantities": {"intent_id": 12, "tickets": 1},
        },
    ),
    WrongState(
        "an available ticket keeps its deadline",
        ticket(1, 12, hold_expires_at="'infinity'"),
        detected_by={"transitions": {"of": "ticket", "number": 12, "found": "held until infinity"}},
    ),
    WrongState(
        "a ticket that was given back is not among the returned ones",
        ticket(7, 1, returned_no="null"),
        detected_by={"returned": {"event_id": 7, "ticket_no": 1, "returned_no": None, "was_held": True}},
    ),
    WrongState(
        "a ticket that nobody held is among the returned ones",
        ticket(1, 12, returned_no=12),
        detected_by={"returned": {"event_id": 1, "ticket_no": 12, "returned_no": 12, "was_held": False}},
    ),
    WrongState(
        "a ticket that was given back is listed with another's number",
        ticket(7, 1, returned_no=2),
        detected_by={"returned": {"event_id": 7, "ticket_no": 1, "returned_no": 2}},
    ),
    WrongState(
        "a held ticket is among the returned ones",
        ticket(1, 3, returned_no=3),
        "check_ticket",
        {"returned": {"ticket_no": 3, "status": "held", "returned_no": 3}},
    ),
    WrongState(
        "a held ticket is made available while its intent is pending",
        ticket(1, 3, **FREE),
        detected_by={
            "agreement": {"ticket_no": 3, "ticket_status": None, "named_by": 1},
            "quantities": {"intent_id": 1, "tickets": 1},
            "ticket_returns": {"event_id": 1, "returns": 1, "released": 0, "expired": 0},
        },
    ),
    WrongState(
        "a held ticket is sold while its intent is pending",
        ticket(1, 3, status="'sold'", hold_expires_at="null"),
        detected_by={"agreement": {"ticket_no": 3, "ticket_status": "sold", "intent_status": "pending"}},
    ),
    WrongState(
        "a held ticket is sold to another user",
        ticket(1, 3, status="'sold'", hold_expires_at="null", held_by="'mallory'"),
        "check_ticket",
        {"agreement": {"ticket_no": 3, "held_by": "mallory", "user_id": "ann"}},
    ),
    WrongState(
        "a ticket is sold and keeps its deadline",
        ticket(1, 3, status="'sold'"),
        "check_ticket",
        {"agreement": {"ticket_no": 3, "ticket_status": "sold", "intent_status": "pending"}},
    ),
    WrongState(
        "a held ticket is moved to another's sold intent",
        ticket(1, 3, status="'sold'", intent_id=2, held_by="'bob'", hold_expires_at="null"),
        "check_ticket",
        {
            "agreement": {"ticket_no": 3, "intent_id": 2, "named_by": None},
            "quantities": {"intent_id": 1, "tickets": 1},
        },
    ),
    WrongState(
        "a hold is taken over before its deadline",
        ticket(1, 3, intent_id=7, held_by="'hal'"),
        "check_ticket",
        {
            "agreement": {"ticket_no": 3, "intent_id": 7, "named_by": None},
            "quantities": {"intent_id": 1, "tickets": 1},
        },
    ),
    WrongState(
        "an overdue hold is taken over for an intent that does not exist",
        ticket(5, 1, intent_id=99, held_by="'mallory'", hold_expires_at="now() + interval '1 h'"),
        detected_by={
            "agreement": {"event_id": 5, "ticket_no": 1, "intent_id": 99, "named_by": None},
            "quantities": {"intent_id": 9, "tickets": 0},
        },
    ),
    WrongState(
        "a ticket is held by another user than its intent's",
        ticket(1, 3, held_by="'mallory'"),
        "check_ticket",
        {"agreement": {"ticket_no": 3, "held_by": "mallory", "user_id": "ann"}},
    ),
    WrongState(
        "a ticket's deadline is later than its intent's",
        ticket(1, 3, hold_expires_at="hold_expires_at + interval '1 us'"),
        "check_ticket",
        {"agreement": {"ticket_no": 3, "ticket_status": "held", "named_by": 1}},
    ),
    WrongState(
        "a held ticket loses its deadline",
        ticket(1, 3, hold_expires_at="null"),
        "check_ticket",
        {"agreement": {"ticket_no": 3, "ticket_status": "held", "hold_expires_at": None}},
    ),
    WrongState(
        "a held ticket loses its intent",
        ticket(1, 3, intent_id="null"),
        "check_ticket",
        {
            "agreement": {"ticket_no": 3, "intent_id": None, "held_by": "ann"},
            "quantities": {"intent_id": 1, "tickets": 1},
        },
    ),
    WrongState(
        "a sold ticket is made available",
        ticket(1, 5, **FREE),
        "check_ticket",
        {
            "agreement": {"ticket_no": 5, "named_by": 2},
            "quantities": {"intent_id": 2, "tickets": 1},
            "returned": {"ticket_no": 5, "status": "available", "returned_no": None},
        },
    ),
    WrongState(
        "a sold ticket is held again",
        ticket(1, 5, status="'held'", intent_id=1, held_by="'ann'", hold_expires_at="now()"),
        "check_ticket",
        {
            "agreement": {"ticket_no": 5, "ticket_status": "held", "intent_id": 1},
            "quantities": {"intent_id": 1, "tickets": 3},
        },
    ),
    WrongState(
        "a sold ticket's holder is changed",
        ticket(1, 5, held_by="'mallory'"),
        "check_ticket",
        {"agreement": {"ticket_no": 5, "held_by": "mallory", "user_id": "bob"}},
    ),
]
