-- The first two holds of one ticket of which the later began before the earlier ended. A hold ends at its deadline or its
-- release; a sale does not end. If any two holds of a ticket overlap, two that follow each other do.
with holds as (
    select
        i.event_id, ticket_no, i.id, i.user_id, i.created_at,
        case i.status
            when 'confirmed' then 'infinity'
            when 'released' then i.released_at
            else i.expires_at
        end as ended_at
    from booking.booking_intents as i, unnest(i.ticket_nos) as ticket_no
    where i.event_id = any (%(event_ids)s)
),
pairs as (
    select
        event_id, ticket_no, id, user_id, created_at, ended_at,
        lead(id) over history as next_id,
        lead(user_id) over history as next_user_id,
        lead(created_at) over history as next_created_at,
        lead(ended_at) over history as next_ended_at
    from holds
    window history as (partition by event_id, ticket_no order by created_at, id)
)
select
    event_id, ticket_no, id, user_id, created_at, nullif(ended_at, 'infinity'),
    next_id, next_user_id, next_created_at, nullif(next_ended_at, 'infinity')
from pairs
where next_created_at < ended_at
order by next_created_at
limit 1
