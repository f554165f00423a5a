"""Wrong changes of booking.events."""

from wrong_states.change import WrongState

EVENTS = [
    WrongState(
        "an event's capacity is changed",
        "update booking.events set capacity = 4 where id = 7",
        "keep_events",
        {
            "capacity": {"event_id": 7, "capacity": 4, "rows": 2},
            "stock_checks": {"wrong": "capacity", "found": 2, "right": 4},
        },
    ),
    WrongState(
        "an event's id is changed",
        "update booking.events set id = default where id = 7",
        "keep_events",
        {
            "capacity": {"event_id": 8, "rows": 0},
            "orphans": {"orphan": "intent", "event_id": 7, "number": 12},
            "stock_checks": {"wrong": "first rows", "event_id": 8, "found": 0},
        },
    ),
    WrongState("an event's id is chosen", "update booking.events set id = 99 where id = 7", "identity"),
    WrongState(
        "the instant at which an event was made is rewritten",
        "update booking.events set created_at = created_at - interval '1 day'",
        "keep_events",
    ),
    WrongState(
        "an event loses its name",
        "update booking.events set name = ' ' where id = 7",
        detected_by={"names": {"of": "event", "number": 7, "name": " "}},
    ),
    WrongState("an event without a name", "update booking.events set name = null where id = 7", "not null"),
    WrongState(
        "an event is deleted",
        "delete from booking.events where id = 5",
        "keep_events",
        {"orphans": {"orphan": "intent", "event_id": 5, "number": 9}},
    ),
    WrongState(
        "an event is deleted with all it had",
        "".join(
            f"delete from booking.{table} where event_id = 7;"
            for table in ("stock_checks", "ticket_returns", "booking_intents", "tickets")
        )
        + "delete from booking.events where id = 7",
        "keep_stock_checks",
    ),
    WrongState(
        "all events are deleted",
        "truncate booking.events",
        "keep_all_events",
        {"orphans": {"orphan": "claimed block", "event_id": 3, "number": 0}},
    ),
    WrongState(
        "an event without tickets",
        "insert into booking.events (name, capacity) values ('empty', 2)",
        detected_by={
            "capacity": {"event_id": 8, "capacity": 2, "rows": 0},
            "stock_checks": {"wrong": "first rows", "event_id": 8, "found": 0, "right": 1},
        },
    ),
    WrongState(
        "an event with a capacity of 0",
        "insert into booking.events (name, capacity) values ('empty', 0);"
        "insert into booking.stock_checks (event_id, capacity) values (8, 0)",
        detected_by={"capacity": {"event_id": 8, "capacity": 0, "rows": 0}},
    ),
    WrongState(
        "an event made at the instant 'infinity'",
        "insert into booking.events (name, capacity, created_at) values ('never', 1, 'infinity');"
        "insert into booking.tickets values (8, 1);"
        "insert into booking.stock_checks (event_id, capacity) values (8, 1)",
        detected_by={"names": {"of": "event", "number": 8, "name": "never"}},
    ),
    WrongState(
        "two events with one id",
        "insert into booking.events (id, name, capacity) overriding system value values (1, 'again', 1)",
        "events_pkey",
    ),
]
