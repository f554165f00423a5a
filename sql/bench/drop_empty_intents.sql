-- Removes the intents of an event that no ticket is tied to any more.
delete from booking.booking_intents as i
where i.event_id = %(event_id)s
    and not exists (select from booking.tickets as t where t.event_id = %(event_id)s and t.intent_id = i.id)
