-- A hold lasts hold_for, at most 31 days: expires_at = created_at + hold_for. It was confirmed or released before that, or expired no sooner. No instant is infinite or in the future.

select id as intent_id, event_id, status, hold_for, created_at, expires_at, confirmed_at, released_at, expired_at
from booking.booking_intents
where (%(event_ids)s::bigint[] is null or event_id = any (%(event_ids)s)) and (
    hold_for > interval '0' and hold_for <= interval '31 days'
    -- A difference has the same length in every time zone, and no sum can be out of range.
    and case when isfinite(created_at) and isfinite(expires_at) then expires_at - created_at = hold_for end
    and (confirmed_at is null or confirmed_at >= created_at and confirmed_at < expires_at)
    and (released_at is null or released_at >= created_at and released_at < expires_at)
    and (expired_at is null or expired_at >= expires_at)
    -- a minute, for a server whose clock was set back
    and greatest(created_at, confirmed_at, released_at, expired_at) <= now() + interval '1 minute'
) is not true
order by id
