-- One advisory lock an event
--
-- does: Waits for the event's own lock, then takes the lowest available tickets; nobody else reserves there meanwhile.
-- used by: pretix since 2023.8: pg_advisory_xact_lock on each quota, given up after three seconds.
-- costs: One at a time for each event, and the lock is held until the commit is on disk, so an event sells no faster than
--   one commit after the other. A buyer whose transaction stays open stops the event's sale; two transactions that reserve at
--   two events in opposite order deadlock.

create index if not exists tickets_available on booking.tickets (event_id, ticket_no) where status = 'available';

create or replace function booking.claim(event_id bigint, quantity int) returns int[]
language plpgsql as $$
begin
    perform pg_advisory_xact_lock(hashtextextended('booking.claim', event_id));
    return array(  -- a statement of its own: its snapshot is younger than the lock
        select t.ticket_no from booking.tickets as t
        where t.event_id = claim.event_id and t.status = 'available'
        order by t.ticket_no
        limit claim.quantity
    );
end $$;
