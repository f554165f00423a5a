-- The floors that a strategy is measured against: the least that the same answer can cost on this server. They search for
-- nothing and meet nobody, since each call is handed a number of its own; what they write, reserve() has to write too.

create schema bench;

create sequence bench.numbers;

create function bench.reserve_one(
    event_id bigint, user_id text, ticket_no int,
    out outcome text, out intent_id bigint, out ticket_nos int[], out hold_expires_at timestamptz)
language plpgsql as $$
#variable_conflict use_variable
declare
    held_at timestamptz := clock_timestamp();
    hold_for interval := '5 minutes';
begin
    outcome := 'held';
    ticket_nos := array[ticket_no];
    hold_expires_at := held_at + hold_for;
    insert into booking.booking_intents as i
        (event_id, user_id, quantity, ticket_nos, hold_for, created_at, expires_at)
        values (event_id, user_id, 1, ticket_nos, hold_for, held_at, hold_expires_at)
        returning i.id into intent_id;
    update booking.tickets as t
        set status = 'held', returned = false, intent_id = intent_id, held_by = user_id, hold_expires_at = hold_expires_at
        where t.event_id = event_id and t.ticket_no = ticket_no;
end $$;


-- Four neighbours: group 0 has the tickets 1 to 4. The setting saves a plan a call, as in reserve().
create function bench.reserve_four(
    event_id bigint, user_id text, group_no int,
    out outcome text, out intent_id bigint, out ticket_nos int[], out hold_expires_at timestamptz)
language plpgsql set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_variable
declare
    held_at timestamptz := clock_timestamp();
    hold_for interval := '5 minutes';
begin
    outcome := 'held';
    ticket_nos := array[4 * group_no + 1, 4 * group_no + 2, 4 * group_no + 3, 4 * group_no + 4];
    hold_expires_at := held_at + hold_for;
    insert into booking.booking_intents as i
        (event_id, user_id, quantity, ticket_nos, hold_for, created_at, expires_at)
        values (event_id, user_id, 4, ticket_nos, hold_for, held_at, hold_expires_at)
        returning i.id into intent_id;
    update booking.tickets as t
        set status = 'held', returned = false, intent_id = intent_id, held_by = user_id, hold_expires_at = hold_expires_at
        where t.event_id = event_id and t.ticket_no = any (ticket_nos);
end $$;


-- Nobody can refuse a buyer without having read at least one row.
create function bench.refuse(
    event_id bigint, user_id text,
    out outcome text, out intent_id bigint, out ticket_nos int[], out hold_expires_at timestamptz)
language plpgsql as $$
#variable_conflict use_variable
declare
    capacity int;
begin
    select e.capacity into capacity from booking.events as e where e.id = event_id;
    outcome := 'sold_out';
end $$;
