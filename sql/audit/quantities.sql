-- An intent names `quantity` different tickets of its event; it has all of them while it is live, and none once it ended.
select i.id as intent_id, i.event_id, i.status, i.quantity, i.ticket_nos::text, coalesce(t.tickets, 0) as tickets
from booking.booking_intents as i
left join booking.events as e on e.id = i.event_id
left join (
    select intent_id, event_id, count(*) as tickets from booking.tickets where intent_id is not null group by intent_id, event_id
) as t on t.intent_id = i.id and t.event_id = i.event_id
cross join lateral (
    select count(distinct no) as tickets from unnest(i.ticket_nos) as no where no >= 1 and (no <= e.capacity) is not false
) as named
where (%(event_ids)s::bigint[] is null or i.event_id = any (%(event_ids)s)) and (
    i.quantity >= 1 and i.quantity = cardinality(i.ticket_nos) and i.quantity = named.tickets
    and array_ndims(i.ticket_nos) = 1 and array_lower(i.ticket_nos, 1) = 1
    and coalesce(t.tickets, 0) = case when i.status in ('pending', 'confirmed') then i.quantity else 0 end
) is not true
order by i.id
