"""Wrong states of a booking database, by hand: what the walls should refuse, and the audit must see if they do not."""

from dataclasses import dataclass
from datetime import timedelta

from booking_sim.booking import confirm, create_event, expire_holds, release, reserve

BLINK = timedelta(microseconds=1)

# Every CHECK and key, then what is no constraint; NOT NULL only where a corruption needs it gone.
TEAR_DOWN = """
do $$
declare wall record;
begin
    for wall in select conrelid::regclass as on_table, conname from pg_constraint
                where connamespace = 'booking'::regnamespace and contype in ('c', 'f', 'p', 'u') order by contype
    loop
        execute format('alter table %s drop constraint %I', wall.on_table, wall.conname);
    end loop;
    for wall in select tgrelid::regclass as on_table, tgname from pg_trigger
                where tgrelid::regclass::text like 'booking.%' and not tgisinternal
    loop
        execute format('drop trigger %I on %s', wall.tgname, wall.on_table);
    end loop;
end $$;
drop index booking.intents_request_key;
alter table booking.tickets alter status drop not null;
"""


def populate(conn):
    """Bring an empty database to a mix of everything. Tickets of event 1: ann 1 and 2 (held), bob 3 and 4 (sold), 5 was
    cid's (released), then dee's (expired), now eve's (held); of event 2: 1 is fay's, overdue. Intents 1 to 6, in order.
    """
    mix = create_event(conn, "a mix", 12)
    other = create_event(conn, "another", 3)
    reserve(conn, mix, "ann", 2, request_key="k")
    bobs = reserve(conn, mix, "bob", 2)
    confirm(conn, bobs.intent_id, "bob")
    cids = reserve(conn, mix, "cid")
    release(conn, cids.intent_id, "cid")
    conn.execute("select setval('booking.dispenser_1', 4)")  # the same ticket once more
    reserve(conn, mix, "dee", hold_for=BLINK)
    expire_holds(conn, mix)
    conn.execute("select setval('booking.dispenser_1', 4)")
    reserve(conn, mix, "eve", request_key="k")
    reserve(conn, other, "fay", hold_for=BLINK, request_key="k")


@dataclass(frozen=True)
class Corruption:
    """A wrong state of what `populate` made.

    Attributes:
        name: What is wrong, in words.
        sql: What brings it about, where nothing stands in its way.
        caught: By name, each invariant that it violates, with what to know its offenders by.
        wall: A pattern of what refuses it when it stands: the constraint, index or column, or the trigger's code; None
            if only the audit sees it.
    """

    name: str
    sql: str
    caught: dict[str, list[dict[str, object]]]
    wall: str | None = None


INTENT = """
insert into booking.booking_intents
    (event_id, user_id, quantity, ticket_nos, status, hold_for, created_at, expires_at, confirmed_at, released_at)
select 1, 'mallory', 1, array[{ticket_no}], '{status}', hold_for, at, at + hold_for,
    case '{status}' when 'confirmed' then at end, case '{status}' when 'released' then at end
from (select clock_timestamp() as at, interval '1 hour' as hold_for) as hold
"""

CORRUPTIONS = [
    Corruption(
        "two live intents for one ticket",
        INTENT.format(ticket_no=1, status="pending"),
        {
            "one_live_intent": [{"ticket_no": 1, "live_intents": 2, "first_intent": 1, "last_intent": 7}],
            "agreement": [{"ticket_no": 1, "ticket_status": None, "named_by": 7, "user_id": "mallory"}],
            "quantities": [{"intent_id": 7, "tickets": 0}],
            "succession": [{"ticket_no": 1, "earlier_intent": 1, "intent_id": 7}],
        },
    ),
    Corruption(
        "a ticket sold twice",
        INTENT.format(ticket_no=4, status="confirmed"),
        {
            "one_live_intent": [{"ticket_no": 4, "live_intents": 2, "first_intent": 2, "last_intent": 7}],
            "agreement": [{"ticket_no": 4, "named_by": 7, "intent_status": "confirmed"}],
            "quantities": [{"intent_id": 7, "tickets": 0}],
            "succession": [{"ticket_no": 4, "earlier_intent": 2, "intent_id": 7}],
        },
    ),
    Corruption(
        "an intent that names one ticket twice",
        "update booking.booking_intents set ticket_nos = '{1,1}' where id = 1",
        {
            "one_live_intent": [{"ticket_no": 1, "live_intents": 2, "first_intent": 1, "last_intent": 1}],
            "agreement": [{"ticket_no": 2, "intent_id": 1, "named_by": None}],
            "succession": [{"ticket_no": 1, "earlier_intent": 1, "intent_id": 1}],
        },
        wall="booking_intents_check",
    ),
    Corruption(
        "a ticket is missing",
        "delete from booking.tickets where (event_id, ticket_no) = (1, 12)",
        {
            "capacity": [
                {"event_id": 1, "capacity": 12, "rows": 11, "numbers": 11, "available": 6, "held": 3, "sold": 2}
            ]
        },
    ),
    Corruption(
        "a ticket past the capacity",
        "update booking.tickets set ticket_no = 13 where (event_id, ticket_no) = (1, 12)",
        {"capacity": [{"event_id": 1, "rows": 12, "numbers": 11}]},
        wall="BK010",
    ),
    Corruption(
        "a ticket too many",
        "insert into booking.tickets (event_id, ticket_no) values (1, 13)",
        {"capacity": [{"event_id": 1, "rows": 13, "numbers": 12, "available": 8}]},
    ),
    Corruption(
        "a ticket numbered 0",
        "update booking.tickets set ticket_no = 0 where (event_id, ticket_no) = (1, 12)",
        {"capacity": [{"event_id": 1, "rows": 12, "numbers": 11}]},
        wall="BK010|tickets_ticket_no_check",
    ),
    Corruption(
        "a ticket in two rows",
        "update booking.tickets set ticket_no = 11 where (event_id, ticket_no) = (1, 12)",
        {"capacity": [{"event_id": 1, "rows": 12, "numbers": 11}]},
        wall="BK010|tickets_pkey",
    ),
    Corruption(
        "a ticket without a status",
        "update booking.tickets set status = null where (event_id, ticket_no) = (1, 12)",
        {"capacity": [{"event_id": 1, "rows": 12, "available": 6, "held": 3, "sold": 2}]},
        wall="status",
    ),
    Corruption(
        "the capacity is changed",
        "update booking.events set capacity = 4 where id = 2",
        {"capacity": [{"event_id": 2, "capacity": 4, "rows": 3}]},
        wall="BK010",
    ),
    Corruption(
        "a ticket held by somebody else",
        "update booking.tickets set held_by = 'mallory' where (event_id, ticket_no) = (1, 1)",
        {"agreement": [{"ticket_no": 1, "held_by": "mallory", "user_id": "ann"}]},
        wall="tickets_intent_id_event_id_held_by_fkey",
    ),
    Corruption(
        "a ticket held longer than its intent",
        "update booking.tickets set hold_expires_at = hold_expires_at + interval '1 s'"
        " where (event_id, ticket_no) = (1, 2)",
        {"agreement": [{"ticket_no": 2, "ticket_status": "held", "named_by": 1}]},
    ),
    Corruption(
        "a ticket sold without a confirm",
        "update booking.tickets set status = 'sold', hold_expires_at = null where (event_id, ticket_no) = (1, 1)",
        {"agreement": [{"ticket_no": 1, "ticket_status": "sold", "intent_status": "pending"}]},
    ),
    Corruption(
        "an intent confirmed without its ticket",
        "update booking.booking_intents set status = 'confirmed', confirmed_at = created_at where id = 5",
        {"agreement": [{"ticket_no": 5, "ticket_status": "held", "intent_status": "confirmed"}]},
    ),
    Corruption(
        "a held ticket without its deadline",
        "update booking.tickets set hold_expires_at = null where (event_id, ticket_no) = (1, 1)",
        {"agreement": [{"ticket_no": 1, "ticket_status": "held", "hold_expires_at": None}]},
        wall="tickets_check",
    ),
    Corruption(
        "a held ticket without an intent",
        "update booking.tickets set intent_id = null where (event_id, ticket_no) = (1, 5)",
        {
            "agreement": [
                {"ticket_no": 5, "intent_id": None, "held_by": "eve", "named_by": None},
                {"ticket_no": 5, "ticket_status": None, "named_by": 5},
            ],
            "quantities": [{"intent_id": 5, "tickets": 0}],
        },
        wall="tickets_check",
    ),
    Corruption(
        "a hold whose intent is not there",
        "delete from booking.booking_intents where id = 5",
        {"agreement": [{"ticket_no": 5, "intent_id": 5, "named_by": None}]},
        wall="tickets_intent_id_event_id_held_by_fkey",
    ),
    Corruption(
        "a ticket of another event's intent",
        "update booking.tickets set intent_id = 6, held_by = 'fay' where (event_id, ticket_no) = (1, 5)",
        {
            "agreement": [{"event_id": 1, "intent_id": 6, "named_by": None}, {"event_id": 1, "named_by": 5}],
            "quantities": [{"intent_id": 5, "tickets": 0}],
        },
        wall="tickets_intent_id_event_id_held_by_fkey",
    ),
    Corruption(
        "a ticket held for an intent that ended",
        "update booking.tickets set status = 'held', intent_id = 3, held_by = 'cid', hold_expires_at = now()"
        " where (event_id, ticket_no) = (1, 6)",
        {
            "agreement": [{"ticket_no": 6, "intent_id": 3, "named_by": None}],
            "quantities": [{"intent_id": 3, "tickets": 1}],
        },
    ),
    Corruption(
        "a live intent whose ticket is available",
        "update booking.tickets set status = 'available', intent_id = null, held_by = null, hold_expires_at = null"
        " where (event_id, ticket_no) = (1, 2)",
        {
            "agreement": [{"ticket_no": 2, "ticket_status": None, "named_by": 1}],
            "quantities": [{"intent_id": 1, "tickets": 1}],
        },
    ),
    Corruption(
        "a sold ticket that is available again",
        "update booking.tickets set status = 'available', intent_id = null, held_by = null"
        " where (event_id, ticket_no) = (1, 3)",
        {"agreement": [{"ticket_no": 3, "named_by": 2}], "quantities": [{"intent_id": 2, "tickets": 1}]},
        wall="BK010",
    ),
    Corruption(
        "fewer tickets than the quantity",
        "update booking.booking_intents set quantity = 3 where id = 1",
        {"quantities": [{"intent_id": 1, "quantity": 3, "ticket_nos": [1, 2], "tickets": 2}]},
        wall="booking_intents_check",
    ),
    Corruption(
        "an intent for nothing",
        "update booking.booking_intents set quantity = 0, ticket_nos = '{}' where id = 3",
        {"quantities": [{"intent_id": 3, "quantity": 0}]},
        wall="booking_intents_quantity_check",
    ),
    Corruption(
        "an event is deleted",
        "delete from booking.events where id = 2",
        {
            "orphans": [
                {"orphan": "intent", "event_id": 2, "number": 6},
                *({"orphan": "ticket", "event_id": 2, "number": number} for number in (1, 2, 3)),
            ]
        },
        wall="tickets_event_id_fkey|booking_intents_event_id_fkey",
    ),
    Corruption(
        "a ticket of no event",
        "insert into booking.tickets (event_id, ticket_no) values (99, 1)",
        {"orphans": [{"orphan": "ticket", "event_id": 99, "number": 1}]},
        wall="tickets_event_id_fkey",
    ),
    Corruption(
        "a deadline that was moved",
        "update booking.booking_intents set expires_at = expires_at + interval '1 s' where id = 4",
        {"deadlines": [{"intent_id": 4, "event_id": 1, "status": "expired"}]},
        wall="booking_intents_check",
    ),
    Corruption(
        "confirmed at its deadline",
        "update booking.booking_intents set confirmed_at = expires_at where id = 2",
        {"deadlines": [{"intent_id": 2, "status": "confirmed"}]},
        wall="booking_intents_check",
    ),
    Corruption(
        "confirmed before it began",
        "update booking.booking_intents set confirmed_at = created_at - interval '1 s' where id = 2",
        {"deadlines": [{"intent_id": 2, "status": "confirmed"}]},
        wall="booking_intents_check",
    ),
    Corruption(
        "released before it began",
        "update booking.booking_intents set released_at = created_at - interval '1 s' where id = 3",
        {"deadlines": [{"intent_id": 3, "status": "released"}]},
        wall="booking_intents_check",
    ),
    Corruption(
        "expired before its deadline",
        "update booking.booking_intents set expired_at = expires_at - interval '1 s' where id = 4",
        {"deadlines": [{"intent_id": 4, "status": "expired"}]},
        wall="booking_intents_check",
    ),
    Corruption(
        "a hold for no time",
        "update booking.booking_intents set hold_for = '0', expires_at = created_at where id = 4",
        {"deadlines": [{"intent_id": 4, "hold_for": "00:00:00"}]},
        wall="booking_intents_hold_for_check",
    ),
    Corruption(
        "confirmed and released",
        "update booking.booking_intents set released_at = confirmed_at where id = 2",
        {"transitions": [{"of": "intent", "number": 2, "status": "confirmed"}]},
        wall="booking_intents_check",
    ),
    Corruption(
        "released, then expired",
        "update booking.booking_intents set status = 'expired' where id = 3",
        {"transitions": [{"of": "intent", "number": 3, "status": "expired"}]},
        wall="BK010",
    ),
    Corruption(
        "confirmed at no time",
        "update booking.booking_intents set confirmed_at = null where id = 2",
        {"transitions": [{"of": "intent", "number": 2, "status": "confirmed", "found": ""}]},
        wall="booking_intents_check",
    ),
    Corruption(
        "an available ticket that kept its holder",
        "update booking.tickets set held_by = 'ghost' where (event_id, ticket_no) = (1, 6)",
        {"transitions": [{"of": "ticket", "number": 6, "found": "held by ghost"}]},
        wall="tickets_check",
    ),
    Corruption(
        "held while another had it",
        "update booking.booking_intents set released_at = expires_at - interval '1 s' where id = 3",
        {"succession": [{"ticket_no": 5, "earlier_intent": 3, "earlier_status": "released", "intent_id": 4}]},
    ),
    Corruption(
        "held after it was sold",
        INTENT.format(ticket_no=3, status="released"),
        {"succession": [{"ticket_no": 3, "earlier_intent": 2, "earlier_status": "confirmed", "intent_id": 7}]},
    ),
    Corruption(
        "an available ticket that nobody looks for",
        "update booking.combed set up_to = 6 where event_id = 1",
        {"reach": [{"ticket_no": 6, "combed": 6}]},
    ),
    Corruption(
        "one request key for two intents",
        "update booking.tickets set held_by = 'ann' where intent_id = 5;"
        " update booking.booking_intents set user_id = 'ann' where id = 5",
        {"request_keys": [{"user_id": "ann", "request_key": "k", "intents": 2, "first_intent": 1, "last_intent": 5}]},
        wall="intents_request_key|tickets_intent_id_event_id_held_by_fkey",
    ),
    Corruption(
        "a hold that nobody swept",
        "update booking.booking_intents"
        " set created_at = created_at - interval '2 h', expires_at = expires_at - interval '2 h' where id = 1;"
        " update booking.tickets set hold_expires_at = hold_expires_at - interval '2 h' where intent_id = 1",
        {"overdue": [{"intent_id": 1, "event_id": 1, "user_id": "ann"}]},
    ),
]
