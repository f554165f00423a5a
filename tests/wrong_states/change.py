"""One wrong change, and SQL that wrong changes have in common."""

from dataclasses import dataclass, field


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
    """An intent for these tickets, of an hour, or of a microsecond if it expired; any column can be given as SQL."""
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
