-- What a surge asks before and after the run.

-- name: settings
-- The settings that decide how fast a surge can be, in the server's own notation, as sessions of this user begin with them.
select name, case setting when reset_val then current_setting(name) else concat(reset_val, unit) end as value
from pg_settings
where name in (
    'autovacuum', 'checkpoint_timeout', 'commit_delay', 'deadlock_timeout', 'default_transaction_isolation',
    'effective_cache_size', 'effective_io_concurrency', 'fsync', 'full_page_writes', 'huge_pages', 'io_method',
    'jit', 'lock_timeout', 'max_connections', 'max_wal_size', 'plan_cache_mode', 'random_page_cost', 'seq_page_cost',
    'shared_buffers', 'shared_preload_libraries', 'statement_timeout', 'synchronous_commit', 'synchronous_standby_names',
    'track_io_timing', 'wal_compression', 'wal_level', 'wal_sync_method', 'work_mem'
)
order by name

-- name: clock
-- What time it is by the database's clock, which decides about deadlines.
select clock_timestamp()

-- name: sessions
-- How many sessions of a surge the server still has: one counts what it did in the server's statistics as it ends.
select count(*) from pg_stat_activity
where datname = current_database() and usename = session_user and application_name = %(application_name)s

-- name: end_backends
-- Ends what workers that were killed left behind in this database, as far as it is this user's, and waits until it is gone;
-- how many there were.
select count(*) from (
    select pg_terminate_backend(pid, 5000) from pg_stat_activity
    where datname = current_database() and usename = session_user and application_name = %(application_name)s
        and pid <> pg_backend_pid()
) as ended

-- name: holds
-- Every hold of some events, how it ended, and how many of its tickets say the same in their own rows: as CSV, which is read much
-- faster than rows. Times are seconds since the start of the run by the database's clock, %(started_at)s. A hold that nobody
-- took back yet is open, overdue or not.
copy (
    with intents as (
        select * from booking.booking_intents where event_id = any (%(event_ids)s)
    ), agreeing as (
        select i.id, count(*) as tickets
        from intents as i join booking.tickets as t
            on t.event_id = i.event_id and t.intent_id = i.id and t.held_by = i.user_id and t.ticket_no = any (i.ticket_nos)
        where i.status = 'confirmed' and t.status = 'sold'
            or i.status = 'pending' and t.status = 'held' and t.hold_expires_at = i.expires_at
        group by i.id
    )
    select
        i.id as intent_id,
        event_id as event,
        substring(user_id from '^buyer (\d+)$')::int as buyer,
        coalesce(substring(request_key from ', \w+ (\d+)$')::int, 0) as session,
        quantity,
        array_to_string(ticket_nos, ' ') as ticket_nos,
        coalesce(agreeing.tickets, 0) as tickets_agree,
        extract(epoch from created_at - %(started_at)s::timestamptz)::float8 as held_at,
        extract(epoch from expires_at - %(started_at)s::timestamptz)::float8 as deadline,
        extract(epoch from coalesce(confirmed_at, released_at, expired_at) - %(started_at)s::timestamptz)::float8 as ended_at,
        case status when 'pending' then 'open' else status::text end as "end"
    from intents as i left join agreeing using (id)
    order by created_at, id
) to stdout (format csv, header)

-- name: inventory
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
