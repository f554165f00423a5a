-- SKIP LOCKED from a random start
--
-- does: Takes the first available tickets from a random number on that nobody has locked, and goes on from the lowest where
--   the numbers end.
-- used by: Older versions of queue_classic, which began at a random one of the first ten jobs.
-- costs: Buyers seldom try the same ticket while many are left. The fewer are left, the more entries of sold tickets are
--   skipped before the next one; once there are none, every refusal skips all of them, twice. Tickets are not sold in the
--   order of their numbers.

create index if not exists tickets_available on booking.tickets (event_id, ticket_no) where status = 'available';

create or replace function booking.claim(event_id bigint, quantity int) returns int[]
language plpgsql as $$
declare
    start int;
    claimed int[];
begin
    select 1 + floor(random() * e.capacity) into start from booking.events as e where e.id = claim.event_id;
    claimed := array(
        select t.ticket_no from booking.tickets as t
        where t.event_id = claim.event_id and t.status = 'available' and t.ticket_no >= start
        order by t.ticket_no
        limit claim.quantity
        for update skip locked
    );
    if cardinality(claimed) < quantity then
        claimed := claimed || array(
            select t.ticket_no from booking.tickets as t
            where t.event_id = claim.event_id and t.status = 'available' and t.ticket_no < start
            order by t.ticket_no
            limit claim.quantity - cardinality(claimed)
            for update skip locked
        );
    end if;
    return claimed;
end $$;
