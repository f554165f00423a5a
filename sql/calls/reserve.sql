-- Puts tickets on hold, all or none; outcome, intent_id, ticket_nos, hold_expires_at.
select outcome, intent_id, ticket_nos, hold_expires_at
from booking.reserve(%(event_id)s, %(user_id)s, %(quantity)s::int, %(hold_for)s, %(request_key)s)
