-- A hold ends hold_for after it began: expires_at = created_at + hold_for; it was confirmed or released before that, or expired no sooner.
select id as intent_id, event_id, status, hold_for, created_at, expires_at, confirmed_at, released_at, expired_at
from booking.booking_intents
where (%(event_ids)s::bigint[] is null or event_id = any (%(event_ids)s)) and (
    hold_for > interval '0' and expires_at = created_at + hold_for
    and (confirmed_at is null or confirmed_at >= created_at and confirmed_at < expires_at)
    and (released_at is null or released_at >= created_at and released_at < expires_at)
    and (expired_at is null or expired_at >= expires_at)
) is not true
order by id
