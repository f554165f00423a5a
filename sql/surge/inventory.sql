-- The tickets of some events by status, a hold past its deadline apart, and how many were sold more than once: tickets that
-- live intents (confirmed, or pending and not overdue) have promised, less the tickets that are there for them.
with clock as materialized (
    select clock_timestamp() as as_of
), tickets as (
    select
        count(*) filter (where status = 'available') as available,
        count(*) filter (where status = 'held' and hold_expires_at > as_of) as held,
        count(*) filter (where status = 'held' and hold_expires_at <= as_of) as overdue,
        count(*) filter (where status = 'sold') as sold
    from booking.tickets, clock
    where event_id = any (%(event_ids)s)
), promised as (
    select coalesce(sum(quantity), 0) as tickets
    from booking.booking_intents, clock
    where event_id = any (%(event_ids)s) and (status = 'confirmed' or status = 'pending' and expires_at > as_of)
)
select available, held, overdue, sold, greatest(promised.tickets - held - sold, 0)::bigint as oversold
from tickets, promised
