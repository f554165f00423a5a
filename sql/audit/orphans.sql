-- Whatever names an event names one that exists: tickets, intents, claimed blocks, returns and stock checks.
select named.orphan, named.event_id, named.number
from (
    select 'ticket' as orphan, event_id, ticket_no::bigint as number from booking.tickets
    union all
    select 'intent', event_id, id from booking.booking_intents
    union all
    select 'claimed block', event_id, block_no from booking.claimed_blocks
    union all
    select 'ticket return', event_id, null from booking.ticket_returns
    union all
    select 'stock check', event_id, null from booking.stock_checks
) as named
left join booking.events as e on e.id = named.event_id
where e.id is null and (%(event_ids)s::bigint[] is null or named.event_id = any (%(event_ids)s))
order by orphan, event_id, number
