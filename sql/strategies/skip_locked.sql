-- Ordered SKIP LOCKED, the textbook
--
-- does: Takes the lowest available ticket that nobody has locked.
-- used by: alf.io (order by id limit n for update skip locked, then an update), and job queues on PostgreSQL, such as
--   procrastinate and graphile-worker.
-- costs: All start at the same end of the index, so each skips the tickets that the others have locked, and the entries
--   of those just sold, which stay until they are vacuumed: the more clients and the older the oldest snapshot, the more.
--   A refusal skips all of them, twice: once to claim, once to be sure.

create index if not exists tickets_available on booking.tickets (event_id, ticket_no) where status = 'available';

create or replace function booking.claim(event_id bigint, quantity int) returns int[]
language plpgsql as $$
begin
    return array(
        select t.ticket_no from booking.tickets as t
        where t.event_id = claim.event_id and t.status = 'available'
        order by t.ticket_no
        limit claim.quantity
        for update skip locked
    );
end $$;
