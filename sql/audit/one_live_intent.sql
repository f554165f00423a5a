-- A ticket is in one live intent at most, pending or confirmed, and only once.
select event_id, ticket_no, count(*) as live_intents, min(id) as first_intent, max(id) as last_intent
from booking.booking_intents, unnest(ticket_nos) as ticket_no
where status in ('pending', 'confirmed') and (%(event_ids)s::bigint[] is null or event_id = any (%(event_ids)s))
group by event_id, ticket_no
having count(*) > 1
order by event_id, ticket_no
