-- The intents of some events, or of all: how many were made, how many of them were confirmed, and how many released.
select count(*), count(*) filter (where status = 'confirmed'), count(*) filter (where status = 'released')
from booking.booking_intents
where %(event_ids)s::bigint[] is null or event_id = any (%(event_ids)s)
