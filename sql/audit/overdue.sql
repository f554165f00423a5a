-- No hold is overdue past the sweep bound.
select id as intent_id, event_id, user_id, expires_at
from booking.booking_intents
-- now() is when the snapshot was about to be taken: what falls due while the audit runs is not held against the sweeper.
where status = 'pending' and case when isfinite(expires_at) then now() - expires_at > %(sweep_bound)s::interval end
    and (%(event_ids)s::bigint[] is null or event_id = any (%(event_ids)s))
order by expires_at, id
