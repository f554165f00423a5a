-- The calls of the database's contract, as the clients send them.

-- name: create_event
-- Puts an event on sale; its id.
select booking.create_event(%(name)s, %(capacity)s::int)

-- name: reserve
-- Puts tickets on hold, all or none; outcome, intent_id, ticket_nos, hold_expires_at.
select outcome, intent_id, ticket_nos, hold_expires_at
from booking.reserve(%(event_id)s, %(user_id)s, %(quantity)s::int, %(hold_for)s, %(request_key)s)

-- name: reserve_again
-- Repeats a request whose answer was lost. As `reserve`, but the outcome is hold_expired if the first one got a hold that is over.
select
    case when outcome = 'held' and hold_expires_at <= clock_timestamp() then 'hold_expired' else outcome end as outcome,
    intent_id, ticket_nos, hold_expires_at
from booking.reserve(%(event_id)s, %(user_id)s, %(quantity)s::int, %(hold_for)s, %(request_key)s)

-- name: confirm
-- Turns a hold into a sale; the answer.
select booking.confirm(%(intent_id)s, %(user_id)s)

-- name: release
-- Gives the tickets of a hold back; the answer.
select booking.release(%(intent_id)s, %(user_id)s)

-- name: expire_holds
-- The sweeper: gives the tickets of overdue holds back; how many.
select booking.expire_holds(%(event_id)s, %(max_tickets)s::int)
