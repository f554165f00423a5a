-- Read, then write: unsafe on purpose
--
-- does: Reads the lowest available tickets, and then writes the hold over whatever they have become in the meantime. For this,
--   it drops the trigger that refuses a second holder.
-- used by: Nobody on purpose. It is a find and a save without a lock, and passes every test that has one client.
-- costs: Tickets sold more than once. `booking-sim audit` names them.
-- safe: no

create index if not exists tickets_available on booking.tickets (event_id, ticket_no) where status = 'available';

drop trigger check_ticket on booking.tickets;

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
