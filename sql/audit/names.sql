-- Every event has a name and was made at an instant in the past; every intent has a user of at most 1000 bytes with something to see, and no request key is empty or longer than that.
select 'event' as "of", id as number, id as event_id, name
from booking.events
where (btrim(name) <> '' and created_at > '-infinity' and created_at <= now() + interval '1 minute') is not true
    and (%(event_ids)s::bigint[] is null or id = any (%(event_ids)s))
union all
select 'intent', id, event_id, user_id
from booking.booking_intents
where (%(event_ids)s::bigint[] is null or event_id = any (%(event_ids)s)) and (
    user_id !~ concat(  -- the same characters as in booking.check_request()
        '[^[:space:][:cntrl:]\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180e\u2000-\u200f\u2028-\u202f',
        '\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e01ef]')
    or octet_length(user_id) > 1000
)
union all
select 'request key', id, event_id, request_key
from booking.booking_intents
where octet_length(request_key) not between 1 and 1000 and (%(event_ids)s::bigint[] is null or event_id = any (%(event_ids)s))
order by "of", number
