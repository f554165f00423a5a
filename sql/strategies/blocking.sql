-- Blocking FOR UPDATE
--
-- does: Takes the lowest available ticket. If somebody has it locked, waits, and if it is gone then, goes on to the next.
-- used by: alf.io before it took up SKIP LOCKED (order by id limit n for update), and any ORM's pessimistic lock: Django's
--   select_for_update, JPA's PESSIMISTIC_WRITE.
-- costs: One at a time: everybody waits for the same row, and who wakes up and finds it taken waits for the next one, with all
--   the others. The locks on tickets that were lost are kept meanwhile, so their holders' confirms wait too. A buyer whose
--   transaction stays open stops the sale. Where holds end as fast as buyers wait, those who wait and those who expire
--   holds deadlock, and PostgreSQL ends one of them after a second.
-- client: retry 40P01

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
