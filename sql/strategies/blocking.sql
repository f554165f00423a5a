-- Blocking FOR UPDATE
--
-- does: Takes the lowest available ticket, and waits for it if somebody has it locked.
-- used by: alf.io before it took up SKIP LOCKED (order by id limit n for update), and any ORM's pessimistic lock: Django's
--   select_for_update, JPA's PESSIMISTIC_WRITE.
-- costs: One at a time: everybody waits for the same row. Who wakes up finds it taken, comes away with too few although
--   others are left, and has to begin again. A buyer whose transaction stays open stops the sale; two transactions that
--   reserve at two events in opposite order deadlock.

create index if not exists tickets_available on booking.tickets (event_id, ticket_no) where status = 'available';

create or replace function booking.claim(event_id bigint, quantity int) returns int[]
language plpgsql as $$
begin
    return array(
        select t.ticket_no from booking.tickets as t
        where t.event_id = claim.event_id and t.status = 'available'
        order by t.ticket_no
        limit claim.quantity
        for update
    );
end $$;
