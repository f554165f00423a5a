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
-- One migration at a time in this database; waits for the one before. The session's end gives it back as well.
select pg_advisory_lock(hashtextextended('booking_sim.migrations', 0))

-- name: unlock
-- The next migration may begin.
select pg_advisory_unlock(hashtextextended('booking_sim.migrations', 0))

-- name: drop
-- Drop all that the migrations made, and what others hung on it; give up rather than wait for somebody who is at work.
set local lock_timeout = '3s';
drop schema booking, booking_sim cascade
