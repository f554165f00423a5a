-- Every ticket and every intent belongs to an event that exists.
select 'ticket' as orphan, t.event_id, t.ticket_no as number
from booking.tickets as t left join booking.events as e on e.id = t.event_id
where e.id is null and (%(event_ids)s::bigint[] is null or t.event_id = any (%(event_ids)s))
union all
select 'intent', i.event_id, i.id
from booking.booking_intents as i left join booking.events as e on e.id = i.event_id
where e.id is null and (%(event_ids)s::bigint[] is null or i.event_id = any (%(event_ids)s))
order by orphan, event_id, number
