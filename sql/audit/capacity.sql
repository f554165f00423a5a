-- An event has 1 to 5,000,000 tickets, numbered 1 to capacity: available + held + sold = capacity = rows.
select *
from (
    select
        e.id as event_id,
        e.capacity,
        count(t.event_id) as rows,
        count(distinct t.ticket_no) filter (where t.ticket_no between 1 and e.capacity) as numbers,
        count(*) filter (where t.status = 'available') as available,
        count(*) filter (where t.status = 'held') as held,
        count(*) filter (where t.status = 'sold') as sold
    from booking.events as e left join booking.tickets as t on t.event_id = e.id
    where %(event_ids)s::bigint[] is null or e.id = any (%(event_ids)s)
    group by e.id, e.capacity
) as counted
where (capacity between 1 and 5000000 and rows = capacity and numbers = capacity and available + held + sold = capacity) is not true
order by event_id
