-- A block in claimed_blocks is one of its event's, and each of its tickets was in an intent; block 0 stands for all tickets.
select c.event_id, c.block_no, min(t.ticket_no) as never_held, e.capacity
from (
    select distinct event_id, block_no from booking.claimed_blocks
    where %(event_ids)s::bigint[] is null or event_id = any (%(event_ids)s)
) as c
left join booking.events as e on e.id = c.event_id
left join (
    select t.event_id, t.ticket_no, block_no
    from booking.tickets as t
    left join (
        select distinct event_id, ticket_no from booking.booking_intents, unnest(ticket_nos) as ticket_no
    ) as held on held.event_id = t.event_id and held.ticket_no = t.ticket_no
    cross join unnest(array[0, (t.ticket_no::bigint + 255) / 256]) as block_no
    where held.ticket_no is null
) as t on t.event_id = c.event_id and t.block_no = c.block_no
where t.ticket_no is not null or c.block_no not between 0 and (e.capacity::bigint + 255) / 256
group by c.event_id, c.block_no, e.capacity
order by c.event_id, c.block_no
