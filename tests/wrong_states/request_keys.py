"""Wrong changes of booking.request_keys."""

from wrong_states.change import WrongState

REQUEST_KEYS = [
    WrongState(
        "a request key is deleted",
        "delete from booking.request_keys where user_id = 'ann'",
        "keep_request_keys",
        {"request_keys": {"user_id": "ann", "request_key": "k", "kept_for": None, "used_by": 1}},
    ),
    WrongState(
        "a request key gets another intent",
        "update booking.request_keys set intent_id = 2 where user_id = 'ann'",
        "keep_request_keys",
        {"request_keys": {"user_id": "ann", "kept_for": 2, "used_by": None}},
    ),
    WrongState(
        "all request keys are deleted",
        "truncate booking.request_keys",
        "keep_all_request_keys",
        {"request_keys": {"user_id": "eve", "kept_for": None, "used_by": 5}},
    ),
    WrongState(
        "a request key whose intent does not exist",
        "insert into booking.request_keys values ('mallory', 'new', 99)",
        detected_by={"request_keys": {"user_id": "mallory", "request_key": "new", "kept_for": 99, "used_by": None}},
    ),
    WrongState(
        "a request key with another user's intent",
        "insert into booking.request_keys values ('mallory', 'new', 2)",
        detected_by={"request_keys": {"user_id": "mallory", "request_key": "new", "kept_for": 2, "used_by": None}},
    ),
    WrongState(
        "a request key is kept twice",
        "insert into booking.request_keys values ('ann', 'k', 2)",
        "request_keys_pkey",
    ),
    WrongState(
        "a request key without an intent",
        "insert into booking.request_keys values ('mallory', 'new', null)",
        "not null",
    ),
]
