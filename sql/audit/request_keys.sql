-- A request key of a user has one intent.
select user_id, request_key, count(*) as intents, min(id) as first_intent, max(id) as last_intent
from booking.booking_intents
where request_key is not null
group by user_id, request_key
having count(*) > 1 and (%(event_ids)s::bigint[] is null or bool_or(event_id = any (%(event_ids)s)))
order by user_id, request_key
