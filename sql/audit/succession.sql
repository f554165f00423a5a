-- The holds of a ticket follow one another: none began before the one before it was given back, and none after a sale.
select event_id, ticket_no, earlier_intent, earlier_status, earlier_ended_at, id as intent_id, status, created_at
from (
    select
        event_id, ticket_no, id, status, created_at,
        lag(id) over history as earlier_intent,
        lag(status) over history as earlier_status,
        lag(case status when 'released' then released_at when 'expired' then expired_at else 'infinity' end)
            over history as earlier_ended_at
    from booking.booking_intents, unnest(ticket_nos) as ticket_no
    where %(event_ids)s::bigint[] is null or event_id = any (%(event_ids)s)
    window history as (partition by event_id, ticket_no order by created_at, id)
) as holds
where created_at < earlier_ended_at
order by event_id, ticket_no, created_at
