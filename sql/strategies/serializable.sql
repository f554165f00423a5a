-- SERIALIZABLE with retry
--
-- does: Reads the lowest available tickets and writes the hold, without a lock, as if alone; the isolation level sees to it
--   that it might as well have been. A function cannot choose its isolation level, so this file makes SERIALIZABLE
--   the default of the whole database, for every connection that is opened afterwards.
-- used by: Applications on CockroachDB, where this level is the default and its manual asks for a retry loop.
-- costs: All read the same lowest ticket, one commits, and the others fail with SQLSTATE 40001, often at their commit, and
--   begin again with a new transaction; every read is tracked in shared memory. The write waits for locks before it fails:
--   where holds end as fast as buyers wait, it deadlocks with those who expire holds, as the blocking ones do.
-- client: retry 40001 and 40P01

create index if not exists tickets_available on booking.tickets (event_id, ticket_no) where status = 'available';

do $$
begin
    execute format('alter database %I set default_transaction_isolation to serializable', current_database());
end $$;

-- The contract refuses other levels than READ COMMITTED; here SERIALIZABLE takes its place.
do $$
declare
    definition constant text := pg_get_functiondef('booking.check_request'::regproc);
    changed constant text := replace(definition, '(''read committed'',', '(''serializable'',');
begin
    if changed = definition then
        raise exception 'booking.check_request() does not name read committed where serializable.sql replaces it';
    end if;
    execute changed;
end $$;

create or replace function booking.claim(event_id bigint, quantity int) returns int[]
language plpgsql as $$
begin
    return array(
        select t.ticket_no from booking.tickets as t
        where t.event_id = claim.event_id and t.status = 'available'
        order by t.ticket_no
        limit claim.quantity
    );
end $$;
