-- Only legal transitions: an intent ended once, in the way that its status says; an available ticket keeps nothing of its last hold.
select 'intent' as "of", id as number, event_id, status::text,
    concat_ws(', ', 'confirmed ' || confirmed_at, 'released ' || released_at, 'expired ' || expired_at) as found
from booking.booking_intents
where (%(event_ids)s::bigint[] is null or event_id = any (%(event_ids)s)) and (
    (status = 'confirmed') = (confirmed_at is not null)
    and (status = 'released') = (released_at is not null)
    and (status = 'expired') = (expired_at is not null)
) is not true
union all
select 'ticket', ticket_no, event_id, status::text,
    concat_ws(', ', 'intent ' || intent_id, 'held by ' || held_by, 'held until ' || hold_expires_at)
from booking.tickets
where status = 'available' and num_nonnulls(intent_id, held_by, hold_expires_at) > 0
    and (%(event_ids)s::bigint[] is null or event_id = any (%(event_ids)s))
order by "of", number
