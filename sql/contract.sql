-- Checks of a strategy against the contract. The reservation that strategies are called from is sql/contract/reserve.sql.

-- name: defined
-- The rows of the catalog that define some functions. Each definition, also the same one again,
-- gives a row another ctid.
select p.proname, p.ctid::text
from pg_proc as p
join pg_namespace as n on n.oid = p.pronamespace
where n.nspname = 'booking' and p.proname = any(%(names)s)

-- name: signatures
-- The functions that clients call, as they are: name, arguments with their defaults, result columns.
select
    p.proname as name,
    coalesce(string_agg(a.name || ' ' || a.type::regtype, ', ' order by a.position) filter (where a.mode = 'i'), '') as arguments,
    coalesce(pg_get_expr(p.proargdefaults, 'pg_proc'::regclass), '') as defaults,
    coalesce(string_agg(a.name || ' ' || a.type::regtype, ', ' order by a.position) filter (where a.mode in ('o', 't')),
             p.prorettype::regtype::text) as result
from pg_proc as p
left join lateral unnest(
    coalesce(p.proallargtypes, p.proargtypes::oid[]), p.proargnames,
    coalesce(p.proargmodes, array_fill('i'::"char", array[p.pronargs::int]))
) with ordinality as a (type, name, mode, position) on true
where p.pronamespace = 'booking'::regnamespace and p.proname = any (%(names)s)
group by p.oid
order by p.proname

-- name: stock
-- What an event's tables hold: its available, held and sold tickets, and the intents that are pending.
select
    count(*) filter (where status = 'available'),
    count(*) filter (where status = 'held'),
    count(*) filter (where status = 'sold'),
    (select count(*) from booking.booking_intents as i where i.event_id = %(event_id)s and i.status = 'pending')
from booking.tickets as t
where t.event_id = %(event_id)s

-- name: intents
-- The intents of some events, or of all: how many were made, how many of them were confirmed, and how many released.
select count(*), count(*) filter (where status = 'confirmed'), count(*) filter (where status = 'released')
from booking.booking_intents
where %(event_ids)s::bigint[] is null or event_id = any (%(event_ids)s)

-- name: overlaps
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

-- name: lock_table
-- Locks the tickets of all events, to be read as well, as a migration might.
lock table booking.tickets in access exclusive mode

-- name: lock_tickets
-- Locks all tickets of an event, as anybody with a transaction open might.
select from booking.tickets where event_id = %(event_id)s order by ticket_no for update

-- name: waits_for
-- Whether one backend waits for a lock of another.
select %(holder)s = any (pg_blocking_pids(%(waiter)s))

-- name: is_before
-- Whether a moment by the database's clock is still to come.
select clock_timestamp() < %(moment)s

-- name: sleep_until
-- Sleeps until a moment by the database's clock.
select pg_sleep(extract(epoch from %(moment)s - clock_timestamp())) from pg_sleep(0) where %(moment)s > clock_timestamp()
