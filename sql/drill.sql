-- What a drill does to a server of its own, and what it asks it.

-- name: prepared_transactions
-- Permits prepared transactions, from the next start of the server on.
alter system set max_prepared_transactions = 10

-- name: drop_schemas
-- Drops what a fault may have left of the schemas.
drop schema if exists booking, booking_sim cascade

-- name: left_behind
-- What surges left behind: sessions, scratch databases, prepared transactions.
select 'the session ' || application_name from pg_stat_activity where application_name ~ '^booking_sim (surge|observer|lease|scratch)'
union all
select 'the database ' || datname from pg_database where datname ~ '^booking_sim_scratch_'
union all
select 'the prepared transaction ' || gid from pg_prepared_xacts

-- name: is_under_way
-- Is there a hold?
select exists (select from booking.booking_intents)

-- name: two_are_under_way
-- Are there holds of two surges?
select count(distinct event_id) = 2 from booking.booking_intents

-- name: workers
-- The sessions of a surge's workers, and whether each waits for a lock.
select pid, wait_event_type is not distinct from 'Lock' as is_waiting from pg_stat_activity
where application_name ~ '^booking_sim surge ' and datname = current_database()

-- name: terminate
-- Ends a session.
select pg_terminate_backend(%(pid)s)

-- name: cancel
-- Cancels what a session does.
select pg_cancel_backend(%(pid)s)

-- name: lock_intents
-- Lets every reserve wait.
lock table booking.booking_intents in share mode

-- name: lock_tickets
-- Lets every call wait that reads a ticket.
lock table booking.tickets in access exclusive mode

-- name: lock_rows
-- Locks every ticket, so that no call can take one.
select from booking.tickets for update

-- name: old_snapshot
-- Takes a snapshot, which keeps what died since from being removed.
select count(*) from booking.tickets

-- name: reserve_one
-- Holds a ticket of the newest event for somebody who is not of the surge.
select booking.reserve((select max(id) from booking.events), 'a stranger', 1, '10 s')

-- name: begin
-- Begins a transaction that is not psycopg's to end.
begin

-- name: prepare
-- Ends the transaction of this session, and leaves its locks to a prepared one.
prepare transaction 'drill'

-- name: roll_back_prepared
-- Rolls the prepared transaction back.
rollback prepared 'drill'

-- name: vacuum_full
-- Writes the table of the tickets anew.
vacuum full booking.tickets

-- name: reindex
-- Makes the indexes of the tickets anew, while they are locked.
reindex table booking.tickets

-- name: reindex_concurrently
-- Makes the indexes of the tickets anew, beside those who use them.
reindex table concurrently booking.tickets

-- name: create_index
-- Makes an index that nobody needs; writers wait meanwhile.
create index drill on booking.tickets (event_id, status, ticket_no)

-- name: drop_index
-- Drops it again.
drop index booking.drill

-- name: drop_schema
-- Drops everything, although it is in use.
drop schema booking cascade

-- name: truncate
-- Empties the tables of the bookings, past the triggers that refuse it.
set session_replication_role = replica;
truncate booking.booking_intents, booking.request_keys

-- name: newest_sale
-- A sale that is over for long enough that its buyer has the answer.
select id from booking.booking_intents where status = 'confirmed' and confirmed_at < clock_timestamp() - interval '300 ms' limit 1

-- name: lose_sale
-- Takes a sale out of the tables, as if it had never been, past the triggers that refuse it.
set session_replication_role = replica;
with sale as (
    delete from booking.booking_intents where id = {intent_id} returning *
), request as (
    delete from booking.request_keys where intent_id = {intent_id}
)
update booking.tickets as t set status = 'available', intent_id = null, held_by = null, hold_expires_at = null
from sale
where t.event_id = sale.event_id and t.ticket_no = any (sale.ticket_nos)

-- name: acknowledge_early
-- Answers commits before they are on disk, from now on.
alter system set synchronous_commit = off

-- name: write_late
-- Lets the log wait in memory as long as can be.
alter system set wal_writer_delay = '10s'

-- name: acknowledge_late
-- Answers commits when they are on disk again.
alter system reset synchronous_commit

-- name: write_early
-- Lets the log be written soon again.
alter system reset wal_writer_delay

-- name: switch_wal
-- Goes on in a new file of the log.
select pg_switch_wal()

-- name: checkpoint
-- Writes everything now.
checkpoint

-- name: reload
-- Lets the server read its settings.
select pg_reload_conf()
