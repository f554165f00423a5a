-- An intent's quantity is the number of tickets it names, and of those it has while it is live; once ended it has none.
select i.id as intent_id, i.event_id, i.status, i.quantity, i.ticket_nos, coalesce(t.tickets, 0) as tickets
from booking.booking_intents as i
left join (
    select intent_id, event_id, count(*) as tickets from booking.tickets where intent_id is not null group by intent_id, event_id
) as t on t.intent_id = i.id and t.event_id = i.event_id
where (%(event_ids)s::bigint[] is null or i.event_id = any (%(event_ids)s)) and (
    i.quantity >= 1 and i.quantity = cardinality(i.ticket_nos)
    and coalesce(t.tickets, 0) = case when i.status in ('pending', 'confirmed') then i.quantity else 0 end
) is not true
order by i.id
