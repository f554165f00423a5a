-- FOR UPDATE NOWAIT with retry
--
-- does: Takes the lowest available ticket, and if somebody has it locked gives up at once and tries again a little later.
-- used by: Older versions of queue_classic, whose lock_head() loops over FOR UPDATE NOWAIT until it gets a row.
-- costs: Each collision is an error caught in a subtransaction, and time slept in vain; with many clients most tries
--   collide, and the retries run out: contended. The row is locked in a subtransaction and updated outside of it, which
--   makes a multixact of the two.

create index if not exists tickets_available on booking.tickets (event_id, ticket_no) where status = 'available';

create or replace function booking.claim(event_id bigint, quantity int) returns int[]
language plpgsql as $$
begin
    return array(
        select t.ticket_no from booking.tickets as t
        where t.event_id = claim.event_id and t.status = 'available'
        order by t.ticket_no
        limit claim.quantity
        for update nowait
    );
exception when lock_not_available then
    return null;  -- reserve() waits a moment and tries again
end $$;
