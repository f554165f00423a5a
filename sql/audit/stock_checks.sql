-- Every event has one first row in stock_checks, all have its capacity, and the latest, while reserve() believes it, is true: before closed_until, at most left_over tickets can be had.
with checks as (
    select
        event_id, checked_at, capacity, left_over, closed_until, seen, written_by, xmin = written_by as is_own,
        num_nonnulls(left_over, closed_until, seen, written_by) as findings,
        rank() over (partition by event_id order by checked_at desc) = 1 as is_latest
    from booking.stock_checks
    where %(event_ids)s::bigint[] is null or event_id = any (%(event_ids)s)
), believed as (  -- as reserve() and is_still_closed() do
    select event_id, checked_at, left_over, closed_until
    from checks
    where is_latest and is_own and closed_until > now() and (
        closed_until = 'infinity' or not exists (
            select from booking.ticket_returns as r
            where r.event_id = checks.event_id and (
                r.returned_in >= pg_snapshot_xmax(seen) or r.returned_in = any (array(select pg_snapshot_xip(seen)))
            )
        )
    )
), first_rows as (
    select e.id as event_id, count(c.event_id) as rows
    from booking.events as e left join checks as c on c.event_id = e.id and c.findings = 0
    where %(event_ids)s::bigint[] is null or e.id = any (%(event_ids)s)
    group by e.id
)
select 'first rows' as wrong, event_id, null::timestamptz as checked_at, rows as found, 1 as right
from first_rows
where rows <> 1
union all
select 'capacity', c.event_id, c.checked_at, c.capacity, e.capacity
from checks as c join booking.events as e on e.id = c.event_id
where c.capacity <> e.capacity
union all
select 'findings', event_id, checked_at, findings, 4
from checks
where findings not in (0, 4) or left_over < 0 or (checked_at > '-infinity' and checked_at <= now() + interval '1 minute') is not true
union all
select 'left over', b.event_id, b.checked_at, count(*), b.left_over
from believed as b
join booking.tickets as t on t.event_id = b.event_id
where t.status = 'available' or t.status = 'held' and t.hold_expires_at < b.closed_until
group by b.event_id, b.checked_at, b.left_over
having count(*) > coalesce(b.left_over, 0)
order by event_id, wrong, checked_at
