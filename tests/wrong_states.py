"""Wrong changes that the owner of the tables can make by hand: what refuses each, and which rule of the audit detects it.

docs/wrong-states.md is made of this list.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from booking_sim.booking import confirm, create_event, expire_holds, release, reserve

BLINK = timedelta(microseconds=1)


def populate(conn):
    """Bring an empty database to a mix of everything: seven events, twelve intents, each with its number here."""
    mix = create_event(conn, "a mix", 12)
    reserve(conn, mix, "ann", 2, request_key="k")  # 1: tickets 3 and 4, held
    confirm(conn, reserve(conn, mix, "bob", 2).intent_id, "bob")  # 2: tickets 5 and 6, sold
    one = create_event(conn, "one ticket", 1)
    release(conn, reserve(conn, one, "cid").intent_id, "cid")  # 3
    reserve(conn, one, "dee", hold_for=BLINK)  # 4: expired
    expire_holds(conn, one)
    reserve(conn, one, "eve", request_key="k")  # 5: held
    closed = create_event(conn, "sold out for now", 2)
    confirm(conn, reserve(conn, closed, "gil").intent_id, "gil")  # 6: ticket 1, sold
    reserve(conn, closed, "hal")  # 7: ticket 2, held
    sold = create_event(conn, "sold out", 1)
    confirm(conn, reserve(conn, sold, "jim").intent_id, "jim")  # 8
    overdue = create_event(conn, "overdue", 3)
    reserve(conn, overdue, "fay", hold_for=BLINK, request_key="k")  # 9: ticket 1
    taken_over = create_event(conn, "taken over", 1)
    reserve(conn, taken_over, "mia", hold_for=BLINK)  # 10: expired
    reserve(conn, taken_over, "leo")  # 11: held
    given_back = create_event(conn, "given back", 2)
    release(conn, reserve(conn, given_back, "ned").intent_id, "ned")  # 12: ticket 1
    for event_id in (closed, sold):  # refused, so a stock check is written
        reserve(conn, event_id, "ivy")


@dataclass(frozen=True)
class WrongState:
    """A wrong change of what `populate` made.

    Attributes:
        change: What is wrong, in words.
        sql: The change.
        prevented_by: What refuses it: a trigger, a key, `not null`, `type`, `identity`; None if nothing does.
        detected_by: For each rule of the audit that it violates, the columns to know one of the offenders by. If a
            trigger prevents it: what the audit would say if there were no trigger.
    """

    change: str
    sql: str
    prevented_by: str | None = None
    detected_by: dict[str, dict[str, object]] = field(default_factory=dict)


def intent(event_id, ticket_nos, kind="expired", /, **columns):
    """An intent for these tickets, which lasted a microsecond if it ended, else an hour; any column can be given as SQL."""
    hold = "interval '1 hour'" if kind in {"pending", "confirmed", "released"} else "interval '1 us'"
    values = {
        "event_id": event_id,
        "user_id": "'mallory'",
        "quantity": f"cardinality('{ticket_nos}'::int[])",
        "ticket_nos": f"'{ticket_nos}'",
        "status": f"'{kind}'",
        "hold_for": "hold",
        "created_at": "at",
        "expires_at": "at + hold",
        **({} if kind == "pending" else {f"{kind}_at": "at + hold" if kind == "expired" else "at"}),
    } | columns
    return (
        f"insert into booking.booking_intents ({', '.join(values)}) select {', '.join(map(str, values.values()))}"
        f" from (select clock_timestamp() - interval '2 us' as at, {hold} as hold) as made"
    )


def stock_check(event_id, /, **columns):
    """A stock check that reserve() believes, and that nothing is left by; any column can be given as SQL."""
    values = {
        "event_id": event_id,
        "capacity": f"(select capacity from booking.events where id = {event_id})",
        "left_over": 0,
        "closed_until": "clock_timestamp() + interval '1 s'",
        "seen": "pg_current_snapshot()",
        "written_by": "pg_current_xact_id()::xid",
    } | columns
    return (
        f"insert into booking.stock_checks ({', '.join(values)})"
        f" values ({', '.join(str(value) for value in values.values())})"
    )


def ticket(event_id, ticket_no, /, **columns):
    """A change of a ticket; the columns as SQL."""
    changes = ", ".join(f"{name} = {value}" for name, value in columns.items())
    return f"update booking.tickets set {changes} where (event_id, ticket_no) = ({event_id}, {ticket_no})"


def change_of(intent_id, /, **columns):
    """A change of an intent; the columns as SQL."""
    changes = ", ".join(f"{name} = {value}" for name, value in columns.items())
    return f"update booking.booking_intents set {changes} where id = {intent_id}"


FREE = {"status": "'available'", "intent_id": "null", "held_by": "null", "hold_expires_at": "null"}

W = WrongState
WRONG_STATES = {
    "events": [
        W("an event's capacity is changed", "update booking.events set capacity = 4 where id = 7", "keep_events",
          {"capacity": {"event_id": 7, "capacity": 4, "rows": 2}, "stock_checks": {"wrong": "capacity", "found": 2, "right": 4}}),
        W("an event's id is changed", "update booking.events set id = default where id = 7", "keep_events",
          {"capacity": {"event_id": 8, "rows": 0}, "orphans": {"orphan": "intent", "event_id": 7, "number": 12},
           "stock_checks": {"wrong": "first rows", "event_id": 8, "found": 0}}),
        W("an event's id is chosen", "update booking.events set id = 99 where id = 7", "identity"),
        W("the instant at which an event was made is rewritten",
          "update booking.events set created_at = created_at - interval '1 day'", "keep_events"),
        W("an event loses its name", "update booking.events set name = ' ' where id = 7",
          detected_by={"names": {"of": "event", "number": 7, "name": " "}}),
        W("an event without a name", "update booking.events set name = null where id = 7", "not null"),
        W("an event is deleted", "delete from booking.events where id = 5", "keep_events",
          {"orphans": {"orphan": "intent", "event_id": 5, "number": 9}}),
        W("an event is deleted with all it had",
          "".join(f"delete from booking.{table} where event_id = 7;"
                  for table in ("stock_checks", "ticket_returns", "booking_intents", "tickets"))
          + "delete from booking.events where id = 7", "keep_stock_checks"),
        W("all events are deleted", "truncate booking.events", "keep_all_events",
          {"orphans": {"orphan": "claimed block", "event_id": 3, "number": 0}}),
        W("an event without tickets", "insert into booking.events (name, capacity) values ('empty', 2)",
          detected_by={"capacity": {"event_id": 8, "capacity": 2, "rows": 0},
                       "stock_checks": {"wrong": "first rows", "event_id": 8, "found": 0, "right": 1}}),
        W("an event for nobody",
          "insert into booking.events (name, capacity) values ('empty', 0);"
          "insert into booking.stock_checks (event_id, capacity) values (8, 0)",
          detected_by={"capacity": {"event_id": 8, "capacity": 0, "rows": 0}}),
        W("an event made at no instant",
          "insert into booking.events (name, capacity, created_at) values ('never', 1, 'infinity');"
          "insert into booking.tickets values (8, 1); insert into booking.stock_checks (event_id, capacity) values (8, 1)",
          detected_by={"names": {"of": "event", "number": 8, "name": "never"}}),
        W("two events with one id",
          "insert into booking.events (id, name, capacity) overriding system value values (1, 'again', 1)", "events_pkey"),
    ],
    "tickets": [
        W("an available ticket is deleted", "delete from booking.tickets where (event_id, ticket_no) = (1, 12)", "keep_tickets",
          {"capacity": {"event_id": 1, "capacity": 12, "rows": 11, "available": 7, "held": 2, "sold": 2}}),
        W("a sold ticket is deleted", "delete from booking.tickets where (event_id, ticket_no) = (1, 5)", "keep_tickets",
          {"capacity": {"event_id": 1, "rows": 11, "sold": 1}, "quantities": {"intent_id": 2, "tickets": 1},
           "agreement": {"ticket_no": 5, "ticket_status": None, "named_by": 2, "intent_status": "confirmed"}}),
        W("a sold ticket is deleted and made again, to be sold again",
          "delete from booking.tickets where (event_id, ticket_no) = (1, 5); insert into booking.tickets values (1, 5)",
          "keep_tickets",
          {"agreement": {"ticket_no": 5, "named_by": 2}, "quantities": {"intent_id": 2, "tickets": 1},
           "returned": {"ticket_no": 5, "status": "available", "returned_no": None, "was_held": True}}),
        W("all tickets are deleted", "truncate booking.tickets", "keep_all_tickets",
          {"capacity": {"event_id": 1, "capacity": 12, "rows": 0}, "agreement": {"ticket_no": 3, "named_by": 1},
           "quantities": {"intent_id": 1, "tickets": 0}}),
        W("a ticket above the capacity", "insert into booking.tickets values (1, 13)",
          detected_by={"capacity": {"event_id": 1, "rows": 13, "numbers": 12, "available": 9}}),
        W("a ticket numbered 0", "insert into booking.tickets values (1, 0)",
          detected_by={"capacity": {"event_id": 1, "rows": 13, "numbers": 12}}),
        W("a ticket with the least number that there is", "insert into booking.tickets values (1, -2147483648)",
          detected_by={"capacity": {"event_id": 1, "rows": 13, "numbers": 12}}),
        W("a ticket of no event", "insert into booking.tickets values (99, 1)",
          detected_by={"orphans": {"orphan": "ticket", "event_id": 99, "number": 1}}),
        W("two tickets with one number", "insert into booking.tickets values (1, 12)", "tickets_pkey"),
        W("a ticket without a number", "insert into booking.tickets values (1, null)", "not null"),
        W("a ticket's number is changed", ticket(1, 12, ticket_no=13), "check_ticket",
          {"capacity": {"event_id": 1, "rows": 12, "numbers": 11}}),
        W("an available ticket is moved to another event", ticket(1, 12, event_id=7),
          detected_by={"capacity": {"event_id": 7, "capacity": 2, "rows": 3}}),
        W("a held ticket is moved to another event", ticket(1, 3, event_id=7), "check_ticket",
          {"capacity": {"event_id": 1, "rows": 11, "held": 1}, "quantities": {"intent_id": 1, "tickets": 1},
           "agreement": {"event_id": 7, "ticket_no": 3, "named_by": None}}),
        W("a ticket without a status", ticket(1, 12, status="null"), "not null"),
        W("a ticket with a status that there is not", ticket(1, 12, status="'lost'"), "type"),
        W("an available ticket is held for nobody", ticket(1, 12, status="'held'"),
          detected_by={"agreement": {"ticket_no": 12, "ticket_status": "held", "intent_id": None, "named_by": None}}),
        W("an available ticket is sold to nobody", ticket(1, 12, status="'sold'"),
          detected_by={"agreement": {"ticket_no": 12, "ticket_status": "sold", "intent_id": None, "named_by": None}}),
        W("an available ticket is held for an intent that ended",
          ticket(2, 1, status="'held'", intent_id=3, held_by="'cid'", hold_expires_at="now()"), "check_ticket",
          {"agreement": {"ticket_no": 1, "intent_id": 3, "named_by": None}, "quantities": {"intent_id": 3, "tickets": 1}}),
        W("an available ticket is held for an intent that is not there",
          ticket(1, 12, status="'held'", intent_id=99, held_by="'ann'", hold_expires_at="now()"),
          detected_by={"agreement": {"ticket_no": 12, "intent_id": 99, "named_by": None}}),
        W("an available ticket is held for another event's intent",
          ticket(1, 12, status="'held'", intent_id=7, held_by="'hal'", hold_expires_at="now()"),
          detected_by={"agreement": {"event_id": 1, "ticket_no": 12, "intent_id": 7, "named_by": None}}),
        W("an available ticket is sold to an intent that does not name it",
          ticket(1, 12, status="'sold'", intent_id=2, held_by="'bob'"),
          detected_by={"agreement": {"ticket_no": 12, "ticket_status": "sold", "intent_id": 2, "named_by": None},
                       "quantities": {"intent_id": 2, "tickets": 3}}),
        W("an available ticket keeps its holder", ticket(1, 12, held_by="'ghost'"),
          detected_by={"transitions": {"of": "ticket", "number": 12, "found": "held by ghost"}}),
        W("an available ticket keeps its intent", ticket(7, 1, intent_id=12),
          detected_by={"transitions": {"of": "ticket", "number": 1, "found": "intent 12"},
                       "agreement": {"ticket_no": 1, "ticket_status": "available", "intent_id": 12},
                       "quantities": {"intent_id": 12, "tickets": 1}}),
        W("an available ticket keeps its deadline", ticket(1, 12, hold_expires_at="'infinity'"),
          detected_by={"transitions": {"of": "ticket", "number": 12, "found": "held until infinity"}}),
        W("a ticket that was given back is not among the returned ones", ticket(7, 1, returned_no="null"),
          detected_by={"returned": {"event_id": 7, "ticket_no": 1, "returned_no": None, "was_held": True}}),
        W("a ticket that nobody held is among the returned ones", ticket(1, 12, returned_no=12),
          detected_by={"returned": {"event_id": 1, "ticket_no": 12, "returned_no": 12, "was_held": False}}),
        W("a ticket that was given back is listed with another's number", ticket(7, 1, returned_no=2),
          detected_by={"returned": {"event_id": 7, "ticket_no": 1, "returned_no": 2}}),
        W("a held ticket is among the returned ones", ticket(1, 3, returned_no=3), "check_ticket",
          {"returned": {"ticket_no": 3, "status": "held", "returned_no": 3}}),
        W("a held ticket is made available while its intent is pending", ticket(1, 3, **FREE),
          detected_by={"agreement": {"ticket_no": 3, "ticket_status": None, "named_by": 1},
                       "quantities": {"intent_id": 1, "tickets": 1},
                       "ticket_returns": {"event_id": 1, "returns": 1, "released": 0, "expired": 0}}),
        W("a held ticket is sold while its intent is pending", ticket(1, 3, status="'sold'", hold_expires_at="null"),
          detected_by={"agreement": {"ticket_no": 3, "ticket_status": "sold", "intent_status": "pending"}}),
        W("a held ticket is sold to somebody else",
          ticket(1, 3, status="'sold'", hold_expires_at="null", held_by="'mallory'"), "check_ticket",
          {"agreement": {"ticket_no": 3, "held_by": "mallory", "user_id": "ann"}}),
        W("a ticket is sold and keeps its deadline", ticket(1, 3, status="'sold'"), "check_ticket",
          {"agreement": {"ticket_no": 3, "ticket_status": "sold", "intent_status": "pending"}}),
        W("a held ticket is moved to another's sold intent",
          ticket(1, 3, status="'sold'", intent_id=2, held_by="'bob'", hold_expires_at="null"), "check_ticket",
          {"agreement": {"ticket_no": 3, "intent_id": 2, "named_by": None}, "quantities": {"intent_id": 1, "tickets": 1}}),
        W("a hold is taken over before its deadline", ticket(1, 3, intent_id=7, held_by="'hal'"), "check_ticket",
          {"agreement": {"ticket_no": 3, "intent_id": 7, "named_by": None}, "quantities": {"intent_id": 1, "tickets": 1}}),
        W("an overdue hold is taken over for an intent that is not there",
          ticket(5, 1, intent_id=99, held_by="'mallory'", hold_expires_at="now() + interval '1 h'"),
          detected_by={"agreement": {"event_id": 5, "ticket_no": 1, "intent_id": 99, "named_by": None},
                       "quantities": {"intent_id": 9, "tickets": 0}}),
        W("a ticket is held by somebody else than its intent's user", ticket(1, 3, held_by="'mallory'"), "check_ticket",
          {"agreement": {"ticket_no": 3, "held_by": "mallory", "user_id": "ann"}}),
        W("a ticket's deadline is later than its intent's",
          ticket(1, 3, hold_expires_at="hold_expires_at + interval '1 us'"), "check_ticket",
          {"agreement": {"ticket_no": 3, "ticket_status": "held", "named_by": 1}}),
        W("a held ticket loses its deadline", ticket(1, 3, hold_expires_at="null"), "check_ticket",
          {"agreement": {"ticket_no": 3, "ticket_status": "held", "hold_expires_at": None}}),
        W("a held ticket loses its intent", ticket(1, 3, intent_id="null"), "check_ticket",
          {"agreement": {"ticket_no": 3, "intent_id": None, "held_by": "ann"}, "quantities": {"intent_id": 1, "tickets": 1}}),
        W("a sold ticket is made available", ticket(1, 5, **FREE), "check_ticket",
          {"agreement": {"ticket_no": 5, "named_by": 2}, "quantities": {"intent_id": 2, "tickets": 1},
           "returned": {"ticket_no": 5, "status": "available", "returned_no": None}}),
        W("a sold ticket is held again",
          ticket(1, 5, status="'held'", intent_id=1, held_by="'ann'", hold_expires_at="now()"), "check_ticket",
          {"agreement": {"ticket_no": 5, "ticket_status": "held", "intent_id": 1}, "quantities": {"intent_id": 1, "tickets": 3}}),
        W("a sold ticket's holder is changed", ticket(1, 5, held_by="'mallory'"), "check_ticket",
          {"agreement": {"ticket_no": 5, "held_by": "mallory", "user_id": "bob"}}),
    ],
    "booking_intents": [
        W("two live intents for one ticket", intent(1, "{3}", "pending"),
          detected_by={"one_live_intent": {"ticket_no": 3, "live_intents": 2, "first_intent": 1, "last_intent": 15},
                       "agreement": {"ticket_no": 3, "ticket_status": None, "named_by": 15, "user_id": "mallory"},
                       "quantities": {"intent_id": 15, "tickets": 0},
                       "succession": {"ticket_no": 3, "earlier_intent": 1, "intent_id": 15}}),
        W("a ticket is sold twice", intent(1, "{5}", "confirmed"),
          detected_by={"one_live_intent": {"ticket_no": 5, "live_intents": 2, "first_intent": 2, "last_intent": 15},
                       "agreement": {"ticket_no": 5, "named_by": 15, "intent_status": "confirmed"},
                       "quantities": {"intent_id": 15, "tickets": 0},
                       "succession": {"ticket_no": 5, "earlier_intent": 2, "intent_id": 15}}),
        W("a live intent for a ticket that is available", intent(1, "{12}", "pending"),
          detected_by={"agreement": {"ticket_no": 12, "ticket_status": None, "named_by": 15},
                       "quantities": {"intent_id": 15, "tickets": 0}, "returned": {"ticket_no": 12, "was_held": True}}),
        W("a hold that never was, released", intent(1, "{12}", "released"),
          detected_by={"returned": {"ticket_no": 12, "was_held": True},
                       "ticket_returns": {"event_id": 1, "returns": 0, "released": 1}}),
        W("a hold that never was, expired", intent(1, "{12}"),
          detected_by={"returned": {"ticket_no": 12, "status": "available", "returned_no": None, "was_held": True}}),
        W("a hold of a ticket that was sold before", intent(1, "{5}"),
          detected_by={"succession": {"ticket_no": 5, "earlier_intent": 2, "earlier_status": "confirmed", "intent_id": 15}}),
        W("a hold while another had the ticket", intent(2, "{1}", "released"),
          detected_by={"succession": {"ticket_no": 1, "earlier_intent": 5, "intent_id": 15}}),
        W("an ended intent names ticket 999", intent(1, "{999}"),
          detected_by={"quantities": {"intent_id": 15, "ticket_nos": "{999}"}}),
        W("an ended intent names ticket 0", intent(1, "{0}"), detected_by={"quantities": {"intent_id": 15, "ticket_nos": "{0}"}}),
        W("an intent names a ticket without a number", intent(1, "{NULL}"),
          detected_by={"quantities": {"intent_id": 15, "ticket_nos": "{NULL}"}}),
        W("an intent names its tickets in two dimensions", intent(7, "{{1}}"),
          detected_by={"quantities": {"intent_id": 15, "ticket_nos": "{{1}}"}}),
        W("an intent counts its tickets from 0", intent(7, "[0:0]={1}"),
          detected_by={"quantities": {"intent_id": 15, "ticket_nos": "[0:0]={1}"}}),
        W("an intent names one ticket twice", intent(7, "{1,1}"),
          detected_by={"quantities": {"intent_id": 15, "quantity": 2, "ticket_nos": "{1,1}"},
                       "succession": {"ticket_no": 1, "earlier_intent": 15, "intent_id": 15}}),
        W("an intent names fewer tickets than its quantity", intent(7, "{1}", quantity=2),
          detected_by={"quantities": {"intent_id": 15, "quantity": 2, "ticket_nos": "{1}"}}),
        W("an intent for nothing", intent(7, "{}"), detected_by={"quantities": {"intent_id": 15, "quantity": 0}}),
        W("an intent without ticket numbers", intent(7, "{1}", ticket_nos="null"), "not null"),
        W("a deadline that is not hold_for after the beginning", intent(7, "{1}", hold_for="interval '2 us'"),
          detected_by={"deadlines": {"intent_id": 15, "hold_for": "00:00:00.000002"}}),
        W("a hold for no time", intent(7, "{1}", hold_for="interval '0'", expires_at="at"),
          detected_by={"deadlines": {"intent_id": 15, "hold_for": "00:00:00"}}),
        W("a hold for more than 31 days",
          intent(7, "{1}", hold_for="interval '32 days'", created_at="at - interval '32 days'", expires_at="at"),
          detected_by={"deadlines": {"intent_id": 15, "hold_for": "32 days"}, "succession": {"earlier_intent": 15}}),
        W("a hold for longer than dates go", intent(7, "{1}", hold_for="interval '170000000 years'"),
          detected_by={"deadlines": {"intent_id": 15}}),
        W("a hold that lasts for ever",
          intent(1, "{12}", "pending", expires_at="'infinity'")
          + ";" + ticket(1, 12, status="'held'", intent_id=15, held_by="'mallory'", hold_expires_at="'infinity'"),
          detected_by={"deadlines": {"intent_id": 15, "expires_at": "infinity"}}),
        W("a hold that began before all time", intent(7, "{1}", created_at="'-infinity'"),
          detected_by={"deadlines": {"intent_id": 15, "created_at": "-infinity"}, "succession": {"earlier_intent": 15}}),
        W("a hold that begins tomorrow",
          intent(1, "{12}", "pending", created_at="at + interval '24 h'", expires_at="at + interval '25 h'")
          + ";" + ticket(1, 12, status="'held'", intent_id=15, held_by="'mallory'",
                         hold_expires_at="(select expires_at from booking.booking_intents where id = 15)"),
          detected_by={"deadlines": {"intent_id": 15, "status": "pending"}}),
        W("a hold that expired at no instant", intent(7, "{1}", expired_at="'infinity'"),
          detected_by={"deadlines": {"intent_id": 15, "expired_at": "infinity"}}),
        W("a hold that expired before its deadline", intent(7, "{1}", expired_at="at"),
          detected_by={"deadlines": {"intent_id": 15, "status": "expired"}}),
        W("a sale at its deadline", intent(1, "{12}", "confirmed", confirmed_at="at + hold")
          + ";" + ticket(1, 12, status="'sold'", intent_id=15, held_by="'mallory'"),
          detected_by={"deadlines": {"intent_id": 15, "status": "confirmed"}}),
        W("a sale before its hold", intent(1, "{12}", "confirmed", confirmed_at="at - hold")
          + ";" + ticket(1, 12, status="'sold'", intent_id=15, held_by="'mallory'"),
          detected_by={"deadlines": {"intent_id": 15, "status": "confirmed"}}),
        W("a hold given back before it began", intent(2, "{1}", "released", released_at="at - hold"),
          detected_by={"deadlines": {"intent_id": 15, "status": "released"}, "succession": {"intent_id": 15}}),
        W("a sale without its instant", intent(1, "{12}", "confirmed", confirmed_at="null")
          + ";" + ticket(1, 12, status="'sold'", intent_id=15, held_by="'mallory'"),
          detected_by={"transitions": {"of": "intent", "number": 15, "status": "confirmed", "found": ""}}),
        W("a hold that was sold and expired", intent(7, "{1}", confirmed_at="at"),
          detected_by={"transitions": {"of": "intent", "number": 15, "status": "expired"}}),
        W("a pending intent that was released", intent(1, "{12}", "pending", released_at="at")
          + ";" + ticket(1, 12, status="'held'", intent_id=15, held_by="'mallory'",
                         hold_expires_at="(select expires_at from booking.booking_intents where id = 15)"),
          detected_by={"transitions": {"of": "intent", "number": 15, "status": "pending"}}),
        W("an intent with a status that there is not", intent(7, "{1}", status="'lost'"), "type"),
        W("an intent of nobody", intent(7, "{1}", user_id="''"),
          detected_by={"names": {"of": "intent", "number": 15, "name": ""}}),
        W("an intent of a user whom nobody can see", intent(7, "{1}", user_id="U&'\\200B\\00A0 '"),
          detected_by={"names": {"of": "intent", "number": 15}}),
        W("an intent of a user whose name is too long", intent(7, "{1}", user_id="repeat('m', 1001)"),
          detected_by={"names": {"of": "intent", "number": 15}}),
        W("an intent with an empty request key",
          intent(7, "{1}", request_key="''") + "; insert into booking.request_keys values ('mallory', '', 15)",
          detected_by={"names": {"of": "request key", "number": 15, "name": ""}}),
        W("an intent of no event", intent(99, "{1}"),
          detected_by={"orphans": {"orphan": "intent", "event_id": 99, "number": 15}}),
        W("two intents with one id", intent(7, "{1}", id="12"), "booking_intents_pkey"),
        W("an intent whose request key is not kept", intent(7, "{1}", request_key="'new'"),
          detected_by={"request_keys": {"user_id": "mallory", "request_key": "new", "kept_for": None, "used_by": 15}}),
        W("a request key with two intents", intent(7, "{1}", user_id="'ann'", request_key="'k'"),
          detected_by={"request_keys": {"user_id": "ann", "request_key": "k", "kept_for": None, "used_by": 15}}),
        W("an intent is confirmed and its ticket is not sold", change_of(5, status="'confirmed'", confirmed_at="clock_timestamp()"),
          detected_by={"agreement": {"event_id": 2, "ticket_no": 1, "ticket_status": "held", "intent_status": "confirmed"}}),
        W("an intent is released and keeps its tickets", change_of(1, status="'released'", released_at="clock_timestamp()"),
          detected_by={"agreement": {"ticket_no": 3, "intent_id": 1, "named_by": None},
                       "quantities": {"intent_id": 1, "status": "released", "tickets": 2},
                       "ticket_returns": {"event_id": 1, "returns": 0, "released": 2}}),
        W("an overdue intent is ended and keeps its ticket", change_of(9, status="'expired'", expired_at="clock_timestamp()"),
          detected_by={"agreement": {"event_id": 5, "ticket_no": 1, "intent_id": 9, "named_by": None},
                       "quantities": {"intent_id": 9, "status": "expired", "tickets": 1}}),
        W("a hold is ended before its deadline",
          ticket(2, 1, **FREE) + ";" + change_of(5, status="'expired'", expired_at="expires_at"), "check_intent",
          {"deadlines": {"intent_id": 5, "status": "expired"}, "returned": {"event_id": 2, "returned_no": None}}),
        W("an overdue hold is sold, as if before its deadline",
          ticket(5, 1, status="'sold'", hold_expires_at="null")
          + ";" + change_of(9, status="'confirmed'", confirmed_at="created_at"), "check_intent"),
        W("a pending intent's end is written before it ends", change_of(1, confirmed_at="clock_timestamp()"), "check_intent",
          {"transitions": {"of": "intent", "number": 1, "status": "pending"}}),
        W("an intent's deadline is moved", change_of(1, expires_at="expires_at + interval '1 us'"), "check_intent",
          {"deadlines": {"intent_id": 1}, "agreement": {"ticket_no": 3, "named_by": 1}}),
        W("an intent's hold is made longer", change_of(1, hold_for="hold_for + interval '1 us'"), "check_intent",
          {"deadlines": {"intent_id": 1}}),
        W("an intent's beginning is moved", change_of(1, created_at="created_at - interval '1 us'"), "check_intent",
          {"deadlines": {"intent_id": 1}}),
        W("an intent is made over to another user", change_of(1, user_id="'mallory'"), "check_intent",
          {"agreement": {"ticket_no": 3, "held_by": "ann", "user_id": "mallory"},
           "request_keys": {"user_id": "ann", "request_key": "k", "kept_for": 1, "used_by": None}}),
        W("an intent's quantity is changed", change_of(1, quantity=3), "check_intent",
          {"quantities": {"intent_id": 1, "quantity": 3, "ticket_nos": "{3,4}", "tickets": 2}}),
        W("a pending intent names somebody else's ticket", change_of(1, ticket_nos="'{3,5}'"), "check_intent",
          {"one_live_intent": {"ticket_no": 5, "first_intent": 1, "last_intent": 2},
           "agreement": {"ticket_no": 4, "intent_id": 1, "named_by": None}, "succession": {"ticket_no": 5}}),
        W("an intent is moved to another event", change_of(1, event_id=7), "check_intent",
          {"agreement": {"event_id": 1, "ticket_no": 3, "named_by": None}, "quantities": {"intent_id": 1, "tickets": 0}}),
        W("an intent's id is changed", change_of(1, id=99), "check_intent",
          {"agreement": {"ticket_no": 3, "intent_id": 1, "named_by": None}, "quantities": {"intent_id": 99, "tickets": 0},
           "request_keys": {"kept_for": 1, "used_by": None}}),
        W("an intent's request key is changed", change_of(1, request_key="'l'"), "check_intent",
          {"request_keys": {"request_key": "l", "kept_for": None, "used_by": 1}}),
        W("a released intent becomes an expired one", change_of(3, status="'expired'", released_at="null", expired_at="expires_at"),
          "check_intent", {"deadlines": {"intent_id": 3}, "succession": {"ticket_no": 1, "earlier_intent": 3}}),
        W("a sold intent is released", change_of(2, status="'released'", confirmed_at="null", released_at="clock_timestamp()"),
          "check_intent",
          {"agreement": {"ticket_no": 5, "intent_id": 2, "named_by": None}, "quantities": {"intent_id": 2, "tickets": 2},
           "ticket_returns": {"event_id": 1, "returns": 0, "released": 2}}),
        W("the instant of a sale is rewritten within its hold", change_of(2, confirmed_at="created_at"), "check_intent"),
        W("an ended intent is deleted", "delete from booking.booking_intents where id = 3", "keep_intents",
          {"ticket_returns": {"event_id": 2, "returns": 2, "released": 0, "expired": 1}}),
        W("a pending intent is deleted", "delete from booking.booking_intents where id = 7", "keep_intents",
          {"agreement": {"event_id": 3, "ticket_no": 2, "intent_id": 7, "named_by": None},
           "claimed_blocks": {"event_id": 3, "block_no": 0, "never_held": 2}}),
        W("all intents are deleted", "truncate booking.booking_intents", "keep_all_intents",
          {"agreement": {"ticket_no": 3, "intent_id": 1, "named_by": None}, "claimed_blocks": {"event_id": 3, "block_no": 0},
           "request_keys": {"user_id": "ann", "kept_for": 1, "used_by": None},
           "returned": {"event_id": 7, "ticket_no": 1, "returned_no": 1, "was_held": False},
           "ticket_returns": {"event_id": 2, "returns": 2, "released": 0}}),
    ],
    "request_keys": [
        W("a request key is forgotten", "delete from booking.request_keys where user_id = 'ann'", "keep_request_keys",
          {"request_keys": {"user_id": "ann", "request_key": "k", "kept_for": None, "used_by": 1}}),
        W("a request key gets another intent", "update booking.request_keys set intent_id = 2 where user_id = 'ann'",
          "keep_request_keys", {"request_keys": {"user_id": "ann", "kept_for": 2, "used_by": None}}),
        W("all request keys are forgotten", "truncate booking.request_keys", "keep_all_request_keys",
          {"request_keys": {"user_id": "eve", "kept_for": None, "used_by": 5}}),
        W("a request key of no intent", "insert into booking.request_keys values ('mallory', 'new', 99)",
          detected_by={"request_keys": {"user_id": "mallory", "request_key": "new", "kept_for": 99, "used_by": None}}),
        W("a request key of somebody else's intent", "insert into booking.request_keys values ('mallory', 'new', 2)",
          detected_by={"request_keys": {"user_id": "mallory", "request_key": "new", "kept_for": 2, "used_by": None}}),
        W("a request key is kept twice", "insert into booking.request_keys values ('ann', 'k', 2)", "request_keys_pkey"),
        W("a request key without an intent", "insert into booking.request_keys values ('mallory', 'new', null)", "not null"),
    ],
    "claimed_blocks": [
        W("a block counts as claimed while a ticket of it was never held", "insert into booking.claimed_blocks values (1, 1)",
          detected_by={"claimed_blocks": {"event_id": 1, "block_no": 1, "never_held": 1}}),
        W("an event counts as claimed while a ticket of it was never held", "insert into booking.claimed_blocks values (1, 0)",
          detected_by={"claimed_blocks": {"event_id": 1, "block_no": 0, "never_held": 1}}),
        W("a claimed block above the capacity", "insert into booking.claimed_blocks values (1, 2147483647)",
          detected_by={"claimed_blocks": {"event_id": 1, "block_no": 2147483647, "never_held": None}}),
        W("a claimed block below all tickets", "insert into booking.claimed_blocks values (1, -1)",
          detected_by={"claimed_blocks": {"event_id": 1, "block_no": -1, "never_held": None}}),
        W("a claimed block of no event", "insert into booking.claimed_blocks values (99, 1)",
          detected_by={"orphans": {"orphan": "claimed block", "event_id": 99, "number": 1}}),
        W("a claimed block is moved to another event", "update booking.claimed_blocks set event_id = 1", "keep_claimed_blocks",
          {"claimed_blocks": {"event_id": 1, "block_no": 0, "never_held": 1}}),
        W("a claimed block is deleted", "delete from booking.claimed_blocks where event_id = 3", "keep_claimed_blocks"),
        W("all claimed blocks are deleted", "truncate booking.claimed_blocks", "keep_all_claimed_blocks"),
    ],
    "ticket_returns": [
        W("a return is deleted", "delete from booking.ticket_returns where event_id = 7", "keep_ticket_returns",
          {"ticket_returns": {"event_id": 7, "returns": 0, "released": 1}}),
        W("a return is written down for another transaction", "update booking.ticket_returns set returned_in = '3'",
          "keep_ticket_returns"),
        W("all returns are deleted", "truncate booking.ticket_returns", "keep_all_ticket_returns",
          {"ticket_returns": {"event_id": 2, "returns": 0, "released": 1}}),
        W("a return that never was", "insert into booking.ticket_returns values (1, pg_current_xact_id())",
          detected_by={"ticket_returns": {"event_id": 1, "returns": 1, "released": 0, "expired": 0}}),
        W("a return of no event", "insert into booking.ticket_returns values (99, pg_current_xact_id())",
          detected_by={"orphans": {"orphan": "ticket return", "event_id": 99, "number": None},
                       "ticket_returns": {"event_id": 99, "returns": 1}}),
        W("a return without its transaction", "insert into booking.ticket_returns values (7, null)", "not null"),
    ],
    "stock_checks": [
        W("sold out, says a stock check, while tickets are left", stock_check(1),
          detected_by={"stock_checks": {"wrong": "left over", "event_id": 1, "found": 8, "right": 0}}),
        W("one ticket is left, says a stock check, while there are two", stock_check(7, left_over=1),
          detected_by={"stock_checks": {"wrong": "left over", "event_id": 7, "found": 2, "right": 1}}),
        W("sold out, says a stock check, while a hold is overdue",
          stock_check(5) + ";" + ticket(5, 2, status="'sold'") + ";" + ticket(5, 3, status="'sold'"),
          detected_by={"stock_checks": {"wrong": "left over", "event_id": 5, "found": 1, "right": 0},
                       "agreement": {"event_id": 5, "ticket_no": 2}}),
        W("a stock check lasts longer than the holds that it counts on", stock_check(3, closed_until="'2038-01-01'"),
          detected_by={"stock_checks": {"wrong": "left over", "event_id": 3, "found": 1, "right": 0}}),
        W("a stock check lasts for ever, while there are holds", stock_check(3, closed_until="'infinity'"),
          detected_by={"stock_checks": {"wrong": "left over", "event_id": 3, "found": 1, "right": 0}}),
        W("a stock check without a snapshot, which no return makes void", stock_check(7, seen="null"),
          detected_by={"stock_checks": {"wrong": "findings", "event_id": 7, "found": 3, "right": 4}}),
        W("a stock check with another capacity", "insert into booking.stock_checks (event_id, capacity) values (7, 99)",
          detected_by={"stock_checks": {"wrong": "capacity", "event_id": 7, "found": 99, "right": 2}}),
        W("a stock check of half a finding", stock_check(7, left_over="null"),
          detected_by={"stock_checks": {"wrong": "findings", "event_id": 7, "found": 3, "right": 4}}),
        W("a stock check of less than nothing", stock_check(4, left_over=-1),
          detected_by={"stock_checks": {"wrong": "findings", "event_id": 4, "found": 4}}),
        W("a stock check that stays the latest for ever", stock_check(4, checked_at="'infinity'"),
          detected_by={"stock_checks": {"wrong": "findings", "event_id": 4, "found": 4}}),
        W("a stock check from the future", stock_check(4, checked_at="now() + interval '1 day'"),
          detected_by={"stock_checks": {"wrong": "findings", "event_id": 4, "found": 4}}),
        W("a second first row", "insert into booking.stock_checks (event_id, capacity) values (4, 1)",
          detected_by={"stock_checks": {"wrong": "first rows", "event_id": 4, "found": 2, "right": 1}}),
        W("a stock check of no event", stock_check(99, capacity=1),
          detected_by={"orphans": {"orphan": "stock check", "event_id": 99, "number": None}}),
        W("a stock check with a snapshot that is none", stock_check(4, seen="'9:1:'"), "type"),
        W("a stock check without a capacity", stock_check(4, capacity="null"), "not null"),
        W("a stock check is changed", "update booking.stock_checks set left_over = 5 where left_over = 0", "keep_stock_checks"),
        W("an event's first row is deleted", "delete from booking.stock_checks where event_id = 7", "keep_stock_checks",
          {"stock_checks": {"wrong": "first rows", "event_id": 7, "found": 0, "right": 1}}),
        W("all stock checks are deleted", "truncate booking.stock_checks", "keep_all_stock_checks",
          {"stock_checks": {"wrong": "first rows", "event_id": 1, "found": 0, "right": 1}}),
    ],
}
