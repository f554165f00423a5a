"""Wrong changes of what reserve() notes down: claimed blocks, returns, stock checks."""

from wrong_states.change import WrongState, stock_check, ticket

CLAIMED_BLOCKS = [
    WrongState(
        "a block counts as claimed while a ticket of it was never held",
        "insert into booking.claimed_blocks values (1, 1)",
        detected_by={"claimed_blocks": {"event_id": 1, "block_no": 1, "never_held": 1}},
    ),
    WrongState(
        "an event counts as claimed while a ticket of it was never held",
        "insert into booking.claimed_blocks values (1, 0)",
        detected_by={"claimed_blocks": {"event_id": 1, "block_no": 0, "never_held": 1}},
    ),
    WrongState(
        "a claimed block above the capacity",
        "insert into booking.claimed_blocks values (1, 2147483647)",
        detected_by={"claimed_blocks": {"event_id": 1, "block_no": 2147483647, "never_held": None}},
    ),
    WrongState(
        "a claimed block below all tickets",
        "insert into booking.claimed_blocks values (1, -1)",
        detected_by={"claimed_blocks": {"event_id": 1, "block_no": -1, "never_held": None}},
    ),
    WrongState(
        "a claimed block whose event does not exist",
        "insert into booking.claimed_blocks values (99, 1)",
        detected_by={"orphans": {"orphan": "claimed block", "event_id": 99, "number": 1}},
    ),
    WrongState(
        "a claimed block is moved to another event",
        "update booking.claimed_blocks set event_id = 1",
        "keep_claimed_blocks",
        {"claimed_blocks": {"event_id": 1, "block_no": 0, "never_held": 1}},
    ),
    WrongState(
        "a claimed block is deleted", "delete from booking.claimed_blocks where event_id = 3", "keep_claimed_blocks"
    ),
    WrongState("all claimed blocks are deleted", "truncate booking.claimed_blocks", "keep_all_claimed_blocks"),
]

TICKET_RETURNS = [
    WrongState(
        "a return is deleted",
        "delete from booking.ticket_returns where event_id = 7",
        "keep_ticket_returns",
        {"ticket_returns": {"event_id": 7, "returns": 0, "released": 1}},
    ),
    WrongState(
        "a return gets the number of another transaction",
        "update booking.ticket_returns set returned_in = '3'",
        "keep_ticket_returns",
    ),
    WrongState(
        "all returns are deleted",
        "truncate booking.ticket_returns",
        "keep_all_ticket_returns",
        {"ticket_returns": {"event_id": 2, "returns": 0, "released": 1}},
    ),
    WrongState(
        "a return that did not happen",
        "insert into booking.ticket_returns values (1, pg_current_xact_id())",
        detected_by={"ticket_returns": {"event_id": 1, "returns": 1, "released": 0, "expired": 0}},
    ),
    WrongState(
        "a return whose event does not exist",
        "insert into booking.ticket_returns values (99, pg_current_xact_id())",
        detected_by={
            "orphans": {"orphan": "ticket return", "event_id": 99, "number": None},
            "ticket_returns": {"event_id": 99, "returns": 1},
        },
    ),
    WrongState("a return without its transaction", "insert into booking.ticket_returns values (7, null)", "not null"),
]

STOCK_CHECKS = [
    WrongState(
        "a stock check says sold out, while tickets are left",
        stock_check(1),
        detected_by={"stock_checks": {"wrong": "left over", "event_id": 1, "found": 8, "right": 0}},
    ),
    WrongState(
        "a stock check says that one ticket is left, while two are",
        stock_check(7, left_over=1),
        detected_by={"stock_checks": {"wrong": "left over", "event_id": 7, "found": 2, "right": 1}},
    ),
    WrongState(
        "a stock check says sold out, while a hold is overdue",
        stock_check(5) + ";" + ticket(5, 2, status="'sold'") + ";" + ticket(5, 3, status="'sold'"),
        detected_by={
            "stock_checks": {"wrong": "left over", "event_id": 5, "found": 1, "right": 0},
            "agreement": {"event_id": 5, "ticket_no": 2},
        },
    ),
    WrongState(
        "a stock check lasts longer than the holds that it counts on",
        stock_check(3, closed_until="'2038-01-01'"),
        detected_by={"stock_checks": {"wrong": "left over", "event_id": 3, "found": 1, "right": 0}},
    ),
    WrongState(
        "a stock check lasts until 'infinity', while there are holds",
        stock_check(3, closed_until="'infinity'"),
        detected_by={"stock_checks": {"wrong": "left over", "event_id": 3, "found": 1, "right": 0}},
    ),
    WrongState(
        "a stock check without a snapshot, which no return makes void",
        stock_check(7, seen="null"),
        detected_by={"stock_checks": {"wrong": "findings", "event_id": 7, "found": 3, "right": 4}},
    ),
    WrongState(
        "a stock check with another capacity",
        "insert into booking.stock_checks (event_id, capacity) values (7, 99)",
        detected_by={"stock_checks": {"wrong": "capacity", "event_id": 7, "found": 99, "right": 2}},
    ),
    WrongState(
        "a stock check without the number of tickets left",
        stock_check(7, left_over="null"),
        detected_by={"stock_checks": {"wrong": "findings", "event_id": 7, "found": 3, "right": 4}},
    ),
    WrongState(
        "a stock check with less than 0 tickets left",
        stock_check(4, left_over=-1),
        detected_by={"stock_checks": {"wrong": "findings", "event_id": 4, "found": 4}},
    ),
    WrongState(
        "a stock check that stays the latest for ever",
        stock_check(4, checked_at="'infinity'"),
        detected_by={"stock_checks": {"wrong": "findings", "event_id": 4, "found": 4}},
    ),
    WrongState(
        "a stock check from the future",
        stock_check(4, checked_at="now() + interval '1 day'"),
        detected_by={"stock_checks": {"wrong": "findings", "event_id": 4, "found": 4}},
    ),
    WrongState(
        "an event has two first rows",
        "insert into booking.stock_checks (event_id, capacity) values (4, 1)",
        detected_by={"stock_checks": {"wrong": "first rows", "event_id": 4, "found": 2, "right": 1}},
    ),
    WrongState(
        "a stock check whose event does not exist",
        stock_check(99, capacity=1),
        detected_by={"orphans": {"orphan": "stock check", "event_id": 99, "number": None}},
    ),
    WrongState("a stock check with an invalid snapshot", stock_check(4, seen="'9:1:'"), "type"),
    WrongState("a stock check without a capacity", stock_check(4, capacity="null"), "not null"),
    WrongState(
        "a stock check of another database gets a transaction of this one",
        stock_check(1, written_by="'3'") + "; update booking.stock_checks set written_by = pg_current_xact_id()::xid",
        "keep_stock_checks",
    ),
    WrongState(
        "a stock check is changed",
        "update booking.stock_checks set left_over = 5 where left_over = 0",
        "keep_stock_checks",
    ),
    WrongState(
        "an event's first row is deleted",
        "delete from booking.stock_checks where event_id = 7",
        "keep_stock_checks",
        {"stock_checks": {"wrong": "first rows", "event_id": 7, "found": 0, "right": 1}},
    ),
    WrongState(
        "all stock checks are deleted",
        "truncate booking.stock_checks",
        "keep_all_stock_checks",
        {"stock_checks": {"wrong": "first rows", "event_id": 1, "found": 0, "right": 1}},
    ),
]
