"""Pieces of SQL that broken versions are made of, and how they are put into a call."""

TICKETS_BACK = """update booking.tickets as t set status = 'available', intent_id = null, held_by = null, hold_expires_at = null
    where t.event_id = {event_id} and t.ticket_no = any ({ticket_nos});"""
ONE_OF = "(select ticket_no from booking.tickets as t where t.event_id = event_id and t.status = '{status}' limit 1)"
LIVE = "intent.status = 'pending' and intent.expires_at > clock_timestamp() + interval '30 ms'"
ROLLED_BACK = "raise exception 'rolled back' using errcode = 'BK999'; exception when sqlstate 'BK999' then null; end;"
FREE = "(select count(*) from booking.tickets as t where t.event_id = event_id and t.status = 'available')"
WITHOUT = "outcome := '{}'; intent_id := null; ticket_nos := null; hold_expires_at := null;"
SELL = """update booking.booking_intents as i set status = 'confirmed', confirmed_at = {at} where i.id = intent_id;
    update booking.tickets as t set status = 'sold', hold_expires_at = null
        where t.event_id = intent.event_id and t.ticket_no = any (intent.ticket_nos) and t.intent_id = intent.id;
    return 'confirmed';"""


def back(event_id="event_id", ticket_nos="ticket_nos"):
    return TICKETS_BACK.format(event_id=event_id, ticket_nos=ticket_nos)


def held(statements, chance="true"):
    return f"if outcome = 'held' and {chance} then {statements} end if;"


def of_intent(statements, condition):
    return f"if intent.user_id = user_id and {condition} then {statements} end if;"


def rolled_back(call):
    return f"begin {call} {ROLLED_BACK}"
