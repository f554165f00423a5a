-- A ticket's returned_no is its own number exactly while it is available after a hold, so the search for a ticket misses none.
select t.event_id, t.ticket_no, t.status, t.returned_no, held.ticket_no is not null as was_held
from booking.tickets as t
left join (
    select distinct event_id, ticket_no from booking.booking_intents, unnest(ticket_nos) as ticket_no
) as held on held.event_id = t.event_id and held.ticket_no = t.ticket_no
where t.returned_no is distinct from (case when t.status = 'available' then held.ticket_no end)
    and (%(event_ids)s::bigint[] is null or t.event_id = any (%(event_ids)s))
order by t.event_id, t.ticket_no
