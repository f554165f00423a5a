-- The observer: the tickets of some events by status, a hold past its deadline apart.
select /* observer */
    count(*) filter (where status = 'available') as available,
    count(*) filter (where status = 'held' and hold_expires_at > statement_timestamp()) as held,
    count(*) filter (where status = 'held' and hold_expires_at <= statement_timestamp()) as overdue,
    count(*) filter (where status = 'sold') as sold
from booking.tickets
where event_id = any (%(event_ids)s)
