-- Ticket and intent agree both ways: a taken ticket has a live intent that names it, with its user, status and deadline; a live intent has every ticket that it names.
select
    coalesce(t.event_id, i.event_id) as event_id,
    coalesce(t.ticket_no, i.ticket_no) as ticket_no,
    t.status as ticket_status, t.intent_id, t.held_by, t.hold_expires_at,
    i.id as named_by, i.status as intent_status, i.user_id, i.expires_at
from (
    select event_id, ticket_no, status, intent_id, held_by, hold_expires_at
    from booking.tickets
    where (status <> 'available' or intent_id is not null) and (%(event_ids)s::bigint[] is null or event_id = any (%(event_ids)s))
) as t
full join (
    select event_id, ticket_no, id, status, user_id, expires_at
    from booking.booking_intents, unnest(ticket_nos) as ticket_no
    where status in ('pending', 'confirmed') and (%(event_ids)s::bigint[] is null or event_id = any (%(event_ids)s))
) as i on i.id = t.intent_id and i.event_id = t.event_id and i.ticket_no = t.ticket_no
where (
    t.held_by = i.user_id and (
        t.status = 'held' and i.status = 'pending' and t.hold_expires_at = i.expires_at
        or t.status = 'sold' and i.status = 'confirmed' and t.hold_expires_at is null
    )
) is not true
order by event_id, ticket_no
