-- The bench: pgbench's calls, the states that a phase begins in, and what the server counted.

-- name: reserve
-- A call of pgbench: a reservation as any client sends it.
\set event random(:first_event, :last_event)
select * from booking.reserve(:event, 'user' || :client_id, 1);

-- name: buyer
-- A call of pgbench: the reservation that a surge makes for a buyer; `number` counts them for each client.
\set number :number + 1
select outcome, intent_id, ticket_nos, hold_expires_at
from booking.reserve(:event, 'buyer ' || :client_id || '.' || :number, 1, '5 minutes', 'event ' || :event);

-- name: empty
-- Replaces reserve() by one that refuses without a search: what remains is the cost of making a call.
create or replace function booking.reserve(
    event_id bigint, user_id text, quantity int default 1, hold_for interval default '5 minutes', request_key text default null,
    out outcome text, out intent_id bigint, out ticket_nos int[], out hold_expires_at timestamptz)
language plpgsql as $$ begin outcome := 'sold_out'; end $$

-- name: hold_until
-- A call of pgbench: a reservation whose hold ends at `due`, in seconds since 1970.
select *
from booking.reserve(
    :event, 'user' || :client_id, 1, greatest(to_timestamp(:due) - clock_timestamp(), interval '1 millisecond'));

-- name: staging/hold
-- Holds tickets of an event, one a call, each until the same instant: {due}, in seconds since 1970.
do $$
declare
    answer record;
    due timestamptz := to_timestamp({due});
begin
    for n in 1..{calls} loop
        select * into answer
            from booking.reserve({event_id}, 'buyer', 1, greatest(due - clock_timestamp(), interval '1 millisecond'));
        if answer.outcome <> 'held' then
            raise exception 'the answer to a call with no other beside it was %, with tickets left', answer.outcome;
        end if;
        commit;
    end loop;
end $$

-- name: staging/sell
-- Sells tickets of an event in calls of {quantity}, each in its own transaction, as buyers do.
do $$
declare
    answer record;
begin
    for n in 1..{calls} loop
        select * into answer from booking.reserve({event_id}, 'buyer', {quantity});
        if answer.outcome <> 'held' then
            raise exception 'the answer to a call with no other beside it was %, with tickets left', answer.outcome;
        end if;
        perform booking.confirm(answer.intent_id, 'buyer');
        commit;
    end loop;
end $$

-- name: staging/release
-- Gives back every hold of an event, each in its own transaction.
do $$
declare
    intent record;
begin
    for intent in
        select id from booking.booking_intents where event_id = {event_id} and status = 'pending' order by id
    loop
        perform booking.release(intent.id, 'buyer');
        commit;
    end loop;
end $$

-- name: staging/expired
-- How many tickets of an event are in holds past their deadline.
select count(*) from booking.tickets
where event_id = %(event_id)s and status = 'held' and hold_expires_at <= clock_timestamp()

-- name: staging/held
-- How many calls were answered with tickets until now.
select count(*) from booking.booking_intents

-- name: staging/other_events
-- Puts other events on sale, of one ticket each.
select count(booking.create_event('other', 1)) from generate_series(1, %(events)s)

-- name: vacuum
-- Leaves the tables as they are before an on-sale: no dead rows, and the planner knows them.
vacuum (analyze)

-- name: analyze
-- Updates the planner's statistics, as autovacuum would in time; dead rows stay.
analyze

-- name: old_snapshot
-- Takes a snapshot, which the session keeps open: rows that die from now on cannot be removed.
select count(*) from pg_class

-- name: waiting
-- How many sessions of this database wait for an advisory lock.
select count(*) from pg_locks
where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())
    and classid = 0 and objid = %(key)s and objsubid = 1

-- name: backends
-- The server processes of pgbench's sessions in this database.
select pid from pg_stat_activity where datname = current_database() and application_name = %(application_name)s

-- name: observers_backend
-- The process that answers an observer.
select pid from pg_stat_activity where datname = current_database() and application_name = %(application_name)s

-- name: walinspect
-- Brings what reads the server's WAL.
create extension pg_walinspect

-- name: keep_wal
-- keep_wal
-- Has the server keep its WAL from now on for this session, until it ends.
select pg_create_physical_replication_slot('booking_sim_bench_' || pg_backend_pid(), true, true)

-- name: drop_wal
-- drop_wal
-- Lets the server remove the WAL from before now.
select pg_replication_slot_advance('booking_sim_bench_' || pg_backend_pid(), pg_current_wal_flush_lsn())

-- name: wal_bytes
-- The bytes of WAL between two positions.
select pg_wal_lsn_diff(%(last)s::pg_lsn, %(first)s::pg_lsn)::text

-- name: page_images
-- The bytes of images of whole pages in the WAL between two positions.
select coalesce(sum(fpi_size), 0)::text from pg_get_wal_stats(%(first)s::pg_lsn, %(last)s::pg_lsn)

-- name: reserve_and_confirm
-- A call of pgbench: a reservation and its sale, in one transaction.
\set event random(:first_event, :last_event)
select booking.confirm(r.intent_id, 'user' || :client_id) from booking.reserve(:event, 'user' || :client_id, 1) as r;
