-- A counter row an event
--
-- does: Takes the quantity off the event's count of available tickets, if there are enough, and then the lowest tickets;
--   the lock on the counter's row keeps everybody else out until the commit. Triggers put on the count what is given back.
-- used by: Shops that keep stock as a number, such as Spree (count_on_hand, changed under a row lock).
-- costs: One at a time for each event, as with an advisory lock, and one more dead row a reservation in the one place that
--   everybody reads. Confirm does not touch the count, but each release and each expiry waits for it too.

create index if not exists tickets_available on booking.tickets (event_id, ticket_no) where status = 'available';

create table booking.counters (
    event_id   bigint primary key references booking.events,
    available  int not null check (available >= 0)
) with (fillfactor = 50);

create function booking.count_event() returns trigger language plpgsql as $$
begin
    insert into booking.counters values (new.id, new.capacity);
    return null;
end $$;
create trigger count_event after insert on booking.events for each row execute function booking.count_event();

create function booking.count_given_back() returns trigger language plpgsql as $$
begin
    update booking.counters as c set available = c.available + 1 where c.event_id = new.event_id;
    return null;
end $$;
create trigger count_given_back after update on booking.tickets for each row
    when (old.status <> 'available' and new.status = 'available') execute function booking.count_given_back();

create or replace function booking.claim(event_id bigint, quantity int) returns int[]
language plpgsql as $$
begin
    update booking.counters as c set available = c.available - claim.quantity
        where c.event_id = claim.event_id and c.available >= claim.quantity;
    if not found then
        return null;
    end if;
    return array(  -- a statement of its own: its snapshot is younger than the lock
        select t.ticket_no from booking.tickets as t
        where t.event_id = claim.event_id and t.status = 'available'
        order by t.ticket_no
        limit claim.quantity
    );
end $$;
