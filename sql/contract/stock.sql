-- What an event's tables hold: its available, held and sold tickets, and the intents that are pending.
select
    count(*) filter (where status = 'available'),
    count(*) filter (where status = 'held'),
    count(*) filter (where status = 'sold'),
    (select count(*) from booking.booking_intents as i where i.event_id = %(event_id)s and i.status = 'pending')
from booking.tickets as t
where t.event_id = %(event_id)s
