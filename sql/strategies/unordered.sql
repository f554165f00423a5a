-- SKIP LOCKED without an order
--
-- does: Takes any available tickets that nobody has locked: whichever the scan meets first.
-- used by: bn-api (Big Neon): limit n for update skip locked, without ORDER BY.
-- costs: The scan meets the rows in one order for everybody, so buyers meet as often as with an order. Which scan is up to
--   the planner: if the table was analysed while all tickets were available, it reads the table from its beginning, past
--   every ticket that is taken, and leaves the index alone. bn-api also searches for overdue holds in the same WHERE, with OR,
--   which no partial index serves; here overdue holds are left to the contract around it.

drop index if exists booking.tickets_available;
create index tickets_to_take on booking.tickets (event_id) where status = 'available';

create or replace function booking.claim(event_id bigint, quantity int) returns int[]
language plpgsql as $$
begin
    return array(
        select t.ticket_no from booking.tickets as t
        where t.event_id = claim.event_id and t.status = 'available'
        limit claim.quantity
        for update skip locked
    );
end $$;
