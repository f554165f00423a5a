-- Read, then write: unsafe on purpose
--
-- does: Reads the lowest available tickets, and then writes the hold over whatever they have become in the meantime. To be
--   able to, it takes down the wall that would keep a sold ticket from being held again.
-- used by: Nobody on purpose. It is a find and a save without a lock, and passes every test that has one client.
-- costs: Tickets sold more than once. `booking-sim audit` names them.
-- safe: no

create index if not exists tickets_available on booking.tickets (event_id, ticket_no) where status = 'available';

drop trigger sold_is_final on booking.tickets;

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
