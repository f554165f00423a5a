-- A request key of a user has one intent, and both say so: the row in request_keys and the intent.
select
    coalesce(k.user_id, i.user_id) as user_id,
    coalesce(k.request_key, i.request_key) as request_key,
    k.intent_id as kept_for,
    i.id as used_by
from booking.request_keys as k
full join (select * from booking.booking_intents where request_key is not null) as i
    on i.id = k.intent_id and i.user_id = k.user_id and i.request_key = k.request_key
left join booking.booking_intents as named on named.id = k.intent_id
where (k.intent_id is null or i.id is null)
    and (%(event_ids)s::bigint[] is null or coalesce(i.event_id, named.event_id) = any (%(event_ids)s))
order by user_id, request_key, used_by
