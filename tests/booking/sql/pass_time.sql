-- Lets time pass for every hold that is not over: its beginning and its deadline move back.
with shifted as (
    update booking.booking_intents
    set created_at = created_at - %(time)s, expires_at = expires_at - %(time)s
    where status = 'pending'
    returning id, expires_at
)
update booking.tickets as t
set hold_expires_at = s.expires_at
from shifted as s
where t.intent_id = s.id
