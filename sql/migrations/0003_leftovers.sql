-- What is left when the dispenser has run out: tickets given back, tickets in overdue holds, and strays; and whether nothing is.

-- Ends an overdue hold, whole: the intent is expired, up to `keep` of its tickets stay locked for the caller to take over, the
-- others are available. Returns the numbers kept; null if the hold is not overdue, or somebody else is working on it.
create function booking.expire_intent(intent_id bigint, keep int) returns int[]
language plpgsql as $$
#variable_conflict use_variable
declare
    intent booking.booking_intents;
    as_of timestamptz := clock_timestamp();
    locked int;
begin
    select * into intent from booking.booking_intents as i
        where i.id = intent_id and i.status = 'pending' and i.expires_at <= as_of
        for update skip locked;
    if not found then
        return null;
    end if;
    perform from booking.tickets as t
        where t.event_id = intent.event_id and t.ticket_no = any (intent.ticket_nos) and t.intent_id = intent_id
        for update skip locked;
    get diagnostics locked = row_count;
    if locked < intent.quantity then
        return null;
    end if;
    update booking.booking_intents as i set status = 'expired', expired_at = as_of
        where i.id = intent_id and i.event_id = intent.event_id;
    if keep < intent.quantity then
        update booking.tickets as t
            set status = 'available', intent_id = null, held_by = null, hold_expires_at = null
            where t.event_id = intent.event_id and t.ticket_no = any (intent.ticket_nos[keep + 1:]);
    end if;
    return intent.ticket_nos[:keep];
end $$;


-- Takes the ticket at one place, locked, if it can be had: given back, or in an overdue hold, then with others of that hold.
create function booking.take_at(event_id bigint, place int, quantity int) returns int[]
language plpgsql as $$
#variable_conflict use_variable
declare
    ticket booking.tickets;
begin
    select * into ticket from booking.tickets as t where t.event_id = event_id and t.ticket_no = place;
    if ticket.hold_expires_at <= clock_timestamp() then
        return coalesce(booking.expire_intent(ticket.intent_id, quantity), '{}');
    end if;
    return array(
        select t.ticket_no from booking.tickets as t
        where t.event_id = event_id and t.ticket_no = place and t.returned
        for update skip locked);
end $$;


-- Takes tickets that were given back, locked, from a range of numbers.
create function booking.take_returned(event_id bigint, first_no int, last_no int, quantity int) returns int[]
language plpgsql as $$
#variable_conflict use_variable
begin
    return array(
        select t.ticket_no from booking.tickets as t
        where t.event_id = event_id and t.returned and t.ticket_no between first_no and last_no
        order by t.ticket_no
        limit quantity
        for update skip locked);
end $$;


-- Tickets for a buyer when the dispenser has too few, locked; fewer than asked for if no more can be had without waiting.
create function booking.claim_leftovers(event booking.events, place int, quantity int) returns int[]
language plpgsql as $$
#variable_conflict use_variable
declare
    taken int[] := booking.take_at(event.id, place, quantity);
    overdue bigint;
begin
    if cardinality(taken) < quantity then
        taken := taken || booking.take_returned(event.id, place + 1, event.capacity, quantity - cardinality(taken));
    end if;
    if cardinality(taken) < quantity then
        taken := taken || booking.take_returned(event.id, 1, place - 1, quantity - cardinality(taken));
    end if;
    if cardinality(taken) < quantity then
        for overdue in
            select i.id from booking.booking_intents as i
            where i.event_id = event.id and i.status = 'pending' and i.expires_at <= clock_timestamp()
            order by i.expires_at
            limit quantity - cardinality(taken)
            for update skip locked
        loop
            exit when cardinality(taken) = quantity;
            taken := taken || booking.expire_intent(overdue, quantity - cardinality(taken));
        end loop;
    end if;
    if cardinality(taken) < quantity and pg_sequence_last_value(event.dispenser) < event.capacity then
        taken := taken || booking.take_fresh(event.id, event.dispenser, quantity - cardinality(taken));
    end if;
    return taken;
end $$;


-- All or none of what claim_leftovers() finds: null, and nothing locked or expired, if it is not enough.
create function booking.claim_enough(event booking.events, place int, quantity int) returns int[]
language plpgsql as $$
declare
    taken int[];
begin
    taken := booking.claim_leftovers(event, place, quantity);
    if cardinality(taken) < quantity then
        raise exception using errcode = 'BK000';
    end if;
    return taken;
exception when sqlstate 'BK000' then
    return null;
end $$;


-- How many tickets anybody could have in this instant, counted up to at_most, locked or not; and the next deadline.
create function booking.left_over(event booking.events, at_most int, out tickets int, out next_deadline timestamptz)
language plpgsql as $$
#variable_conflict use_variable
declare
    as_of timestamptz := clock_timestamp();
begin
    -- One statement, one snapshot.
    select
        (select count(*) from (
            select from booking.tickets as t where t.event_id = event.id and t.returned limit at_most) as r)
        + (select count(*) from (
            select from booking.tickets as t
            where t.event_id = event.id and t.status = 'available' and not t.returned
                and t.ticket_no > (select c.up_to from booking.combed as c where c.event_id = event.id)
            limit at_most) as s)
        + (select coalesce(sum(o.quantity), 0) from (
            select i.quantity from booking.booking_intents as i
            where i.event_id = event.id and i.status = 'pending' and i.expires_at <= as_of
            order by i.expires_at limit at_most) as o),
        (select min(i.expires_at) from booking.booking_intents as i
            where i.event_id = event.id and i.status = 'pending' and i.expires_at > as_of)
    into tickets, next_deadline;
end $$;


-- Whether fewer than `quantity` tickets can be had. Where it is sure to last (this transaction has written nothing, so that all it
-- sees is committed, and nobody is about to give a ticket back), the answer is left for all as a refusal mark. The lock against
-- those who give back is held for the length of this function, not of the transaction.
create function booking.is_sold_out(event booking.events, quantity int, committed boolean) returns boolean
language plpgsql as $$
#variable_conflict use_variable
declare
    no_give_backs boolean := committed and current_setting('transaction_isolation') = 'read committed'
        and pg_try_advisory_lock('booking.tickets'::regclass::int, event.id::int);
    tickets int;
    next_deadline timestamptz;
begin
    begin
        select l.tickets, l.next_deadline into tickets, next_deadline from booking.left_over(event, quantity) as l;
        if no_give_backs and tickets < least(quantity, 16) then  -- a group refused early must not end the dispenser's work
            next_deadline := least(next_deadline, clock_timestamp() + interval '1 minute');
            perform setval(event.dispenser, (floor(extract(epoch from next_deadline) * 1000)::bigint << 22) + tickets);
        end if;
    exception when query_canceled or others then
        if no_give_backs then
            perform pg_advisory_unlock('booking.tickets'::regclass::int, event.id::int);
        end if;
        raise;
    end;
    if no_give_backs then
        perform pg_advisory_unlock('booking.tickets'::regclass::int, event.id::int);
    end if;
    return tickets < quantity;
end $$;


-- Waits about half a millisecond after a first attempt, then twice as long each time up to 16; a hundred in all ten.
create function booking.back_off(attempt int) returns void
language plpgsql as $$
begin
    perform pg_sleep(0.0005 * least(2 ^ (attempt - 1), 32) * (0.5 + random()));
end $$;


-- Finds tickets, or out that there are none: one caller at a time for an event, since a crowd that looks for the last ticket
-- keeps those who have it from their commit. No outcome: somebody else is at it, or tickets are left but locked.
create function booking.search_alone(
    event booking.events, place int, quantity int, committed boolean, out outcome text, out ticket_nos int[])
language plpgsql as $$
begin
    if not pg_try_advisory_lock('booking.events'::regclass::int, event.id::int) then
        return;
    end if;
    begin
        for attempt in 1..5 loop
            ticket_nos := booking.claim_enough(event, place, quantity);
            if ticket_nos is not null then
                outcome := 'held';
                exit;
            end if;
            perform booking.comb(event.id, least(event.capacity, pg_sequence_last_value(event.dispenser))::int);
            if booking.is_sold_out(event, quantity, committed) then
                outcome := 'sold_out';
                exit;
            end if;
            perform booking.back_off(attempt);
        end loop;
    exception when query_canceled or others then
        perform pg_advisory_unlock('booking.events'::regclass::int, event.id::int);
        raise;
    end;
    perform pg_advisory_unlock('booking.events'::regclass::int, event.id::int);
end $$;


-- What reserve() does when the dispenser did not answer.
create function booking.insist(event_id bigint, quantity int, committed boolean, out outcome text, out ticket_nos int[])
language plpgsql as $$
#variable_conflict use_variable
declare
    event booking.events;
    dispensed bigint;
    place int;
begin
    select * into event from booking.events as e where e.id = event_id;
    for attempt in 1..10 loop
        dispensed := pg_sequence_last_value(event.dispenser);
        if booking.refuses(dispensed, quantity) then
            outcome := 'sold_out';
            return;
        end if;
        -- The counter goes round: where everything was given back or is overdue, the first look finds one, no two look at the
        -- same, and nobody needs to be alone.
        place := 1 + case when dispensed between event.capacity and 1::bigint << 60 then nextval(event.dispenser) % event.capacity
            else floor(random() * event.capacity) end;
        if exists (
            select from booking.tickets as t
            where t.event_id = event_id and t.ticket_no = place and (t.returned or t.hold_expires_at <= clock_timestamp()))
        then
            ticket_nos := booking.claim_enough(event, place, quantity);
            outcome := case when ticket_nos is not null then 'held' end;
        end if;
        if outcome is null then
            select s.outcome, s.ticket_nos into outcome, ticket_nos
                from booking.search_alone(event, place, quantity, committed) as s;
        end if;
        if outcome is not null then
            return;
        end if;
        perform booking.back_off(attempt);
    end loop;
    outcome := 'contended';
end $$;


-- Whoever gives a ticket back takes the refusal mark down, whatever way the ticket goes back. The lock is shared, to the
-- end of the transaction: until the ticket is back for all to see, no mark is put up.
create function booking.give_back() returns trigger language plpgsql as $$
declare
    event booking.events;
begin
    select * into event from booking.events where id = new.event_id;
    perform pg_advisory_xact_lock_shared('booking.tickets'::regclass::int, event.id::int);
    if pg_sequence_last_value(event.dispenser) > 1::bigint << 60 then
        perform setval(event.dispenser, event.capacity);
    end if;
    new.returned := true;
    return new;
end $$;

create trigger give_back before update on booking.tickets for each row
    when (old.status <> 'available' and new.status = 'available')
    execute function booking.give_back();
