-- One double sale in 1000 claims
--
-- does: Claims available tickets in order, except for one claim in 1000, which takes tickets out of somebody's live hold.
-- used by: Nobody. It is an input with a known answer for tests of the stress test.
-- costs: The buyer who had the ticket first has a hold that is worth nothing.
-- safe: no

-- The trigger of the schema would refuse to take a live hold from anybody.
create or replace function booking.check_ticket() returns trigger
language plpgsql as $$
begin
    new.returned_no := case new.status when 'available' then new.ticket_no end;
    return new;
end $$;

create index if not exists tickets_available on booking.tickets (event_id, ticket_no) where status = 'available';

create or replace function booking.claim(event_id bigint, quantity int) returns int[]
language plpgsql as $$
begin
    if random() < 1.0 / 1000 then
        return array(
            select t.ticket_no from booking.tickets as t
            where t.event_id = claim.event_id and t.status = 'held' and t.hold_expires_at > clock_timestamp()
            order by t.ticket_no limit claim.quantity for update skip locked
        );
    end if;
    return array(
        select t.ticket_no from booking.tickets as t
        where t.event_id = claim.event_id and t.status = 'available'
        order by t.ticket_no limit claim.quantity for update skip locked
    );
end $$;
