-- Makes of what one buyer holds at an event as many holds, of one ticket each, as if all had been abandoned a minute ago.
with abandoned as (
    insert into booking.booking_intents (event_id, user_id, quantity, ticket_nos, hold_for, created_at, expires_at)
    select event_id, 'gone', 1, array[ticket_no], '5 minutes', due - interval '5 minutes', due
    from booking.tickets,
        lateral (select clock_timestamp() - interval '1 minute' + ticket_no * interval '1 microsecond' as due) as deadline
    where event_id = %(event_id)s and status = 'held'
    returning id, ticket_nos[1] as ticket_no, expires_at
)
update booking.tickets as t set intent_id = abandoned.id, held_by = 'gone', hold_expires_at = abandoned.expires_at
from abandoned
where t.event_id = %(event_id)s and t.ticket_no = abandoned.ticket_no
