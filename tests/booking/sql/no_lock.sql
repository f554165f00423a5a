-- reserve() without a lock: it reads which tickets are available and then writes, as if nobody came in between. The trigger
-- that refuses a second holder is dropped.
drop trigger check_ticket on booking.tickets;

create or replace function booking.reserve(
    event_id bigint, user_id text, quantity int default 1, hold_for interval default '5 minutes', request_key text default null,
    out outcome text, out intent_id bigint, out ticket_nos int[], out hold_expires_at timestamptz)
language plpgsql as $$
#variable_conflict use_column
declare
    held_at timestamptz := clock_timestamp();
    claimed int;
begin
    select array_agg(t.ticket_no) into ticket_nos from (
        select ticket_no from booking.tickets
        where event_id = reserve.event_id and status = 'available' order by ticket_no limit quantity
    ) as t;
    if coalesce(cardinality(ticket_nos), 0) < quantity then
        ticket_nos := null;
        outcome := 'sold_out';
        return;
    end if;
    perform pg_sleep(0.02);  -- wide enough for any other buyer to read the same tickets
    outcome := 'held';
    hold_expires_at := held_at + hold_for;
    insert into booking.booking_intents as i
        (event_id, user_id, quantity, ticket_nos, request_key, hold_for, created_at, expires_at)
        values (reserve.event_id, reserve.user_id, reserve.quantity, reserve.ticket_nos, reserve.request_key,
                reserve.hold_for, held_at, reserve.hold_expires_at)
        returning i.id into intent_id;
    foreach claimed in array ticket_nos loop  -- one by one, lowest first: all at once, writers of the same rows deadlock
        update booking.tickets as t
            set status = 'held', intent_id = reserve.intent_id, held_by = reserve.user_id, hold_expires_at = reserve.hold_expires_at
            where t.event_id = reserve.event_id and t.ticket_no = claimed;
    end loop;
end $$;
