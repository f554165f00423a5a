-- The ledger of the migrations: what was applied, and to whose database.

-- name: state
-- Whose database is this? Read from the catalogue, which needs no permission on either schema.
select
    current_database() as database,
    current_user::text as "user",
    has_database_privilege(current_database(), 'create') as can_create,
    exists (select from pg_namespace where nspname = 'booking') as has_booking,
    exists (
        select from pg_namespace
        where nspname = 'booking' and obj_description(oid, 'pg_namespace') = 'made by booking_sim'
    ) as is_marked,
    exists (
        select from pg_class join pg_namespace on pg_namespace.oid = relnamespace
        where nspname = 'booking_sim' and relname = 'migrations'
    ) as has_ledger

-- name: applied
-- What was applied, in order.
select number, name, checksum from booking_sim.migrations order by number

-- name: record
-- One file was applied, in this same transaction.
insert into booking_sim.migrations (number, name, checksum) values (%s, %s, %s)

-- name: lock
-- One migration at a time in this database. The lock ends with its transaction; lock_timeout is then as it was before.
with before as materialized (
    select current_setting('lock_timeout') as lock_timeout
)
select
    set_config('lock_timeout', %(timeout)s, true),
    pg_advisory_xact_lock(hashtextextended('booking_sim.migrations', 0)),
    set_config('lock_timeout', lock_timeout, true)
from before

-- name: lock_holder
-- Who holds the lock of the migrations in this database.
select l.pid, a.usename::text, a.application_name, a.state
from pg_locks as l left join pg_stat_activity as a using (pid)
where l.locktype = 'advisory' and l.granted and l.objsubid = 1
    and l.database = (select oid from pg_database where datname = current_database())
    and (l.classid::bigint << 32) | l.objid::bigint = hashtextextended('booking_sim.migrations', 0)
limit 1

-- name: drop
-- Drop all that the migrations made, and what others hung on it; give up rather than wait for somebody who is at work.
set local lock_timeout = '3s';
drop schema booking, booking_sim cascade
