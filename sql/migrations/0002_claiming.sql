-- How reserve() finds tickets: near the cost of being handed their numbers, from the first ticket to long after the last.
--
-- Each event has a sequence, its dispenser: no row, so handing out numbers waits for nobody and leaves nothing dead behind.
-- Its value is one of
--     0 .. capacity   how many tickets were handed out for the first time
--     above that      all were; the count goes on, and its remainder says where the next search starts
--     above 2^60      a refusal mark, 2^22 * (milliseconds since 1970) + left: until then at most `left` tickets can be had
--
-- After the last number, what can still be had is: tickets that are `returned`; tickets in holds that are overdue; and
-- strays, whose number was handed out to a transaction that then rolled back. Strays lie above events.combed: combing
-- them out makes them returned tickets. It is done lap by lap during the sale, so that little is left to do at its end.
--
-- Claiming never waits for a row lock. Lock order: an intent, then its tickets.

-- Whether a dispenser's value is a mark that refuses so many tickets now.
create function booking.refuses(dispensed bigint, quantity int) returns boolean
language sql as $$
    select dispensed > 1::bigint << 60 and quantity > (dispensed & ((1 << 22) - 1))
        and clock_timestamp() < to_timestamp((dispensed >> 22) / 1e3)
$$;


-- Looks through the tickets above `combed`, up to a number that was handed out, for strays: they become returned tickets,
-- except those that somebody has locked, who may hold them yet.
create function booking.comb(event_id bigint, up_to int) returns void
language plpgsql as $$
#variable_conflict use_variable
declare
    combed int;
    strays int[];
    locked_stray int;
begin
    select e.combed into combed from booking.events as e where e.id = event_id;
    if combed >= up_to then
        return;
    end if;
    strays := array(
        select t.ticket_no from booking.tickets as t
        where t.event_id = event_id and t.ticket_no between combed + 1 and up_to and t.status = 'available' and not t.returned);
    if strays <> '{}' then
        with free as materialized (
            select t.ticket_no from booking.tickets as t
            where t.event_id = event_id and t.ticket_no = any (strays) and t.status = 'available' and not t.returned
            for update skip locked
        ), combed_out as (
            update booking.tickets as t set returned = true
            where t.event_id = event_id and t.ticket_no = any (array(select f.ticket_no from free as f))
            returning t.ticket_no
        )
        select min(s) into locked_stray from unnest(strays) as s where s not in (select c.ticket_no from combed_out as c);
    end if;
    combed := coalesce(locked_stray - 1, up_to);
    update booking.events as e set combed = combed
        where e.id = (
            select c.id from booking.events as c where c.id = event_id and c.combed < combed
            for no key update skip locked);  -- somebody in a long transaction may be at it
end $$;


-- Tickets for a buyer, straight from the dispenser, locked. Fewer than asked for: look for leftovers. Null: there are none.
create function booking.claim(event_id bigint, quantity int) returns int[]
language plpgsql as $$
#variable_conflict use_variable
declare
    capacity int;
    dispenser regclass;
    dispensed bigint;
    claimed int[];
    lap int;
begin
    select e.capacity, e.dispenser, pg_sequence_last_value(e.dispenser) into capacity, dispenser, dispensed
        from booking.events as e where e.id = event_id;
    if dispensed + quantity <= capacity then
        claimed := booking.take_fresh(event_id, dispenser, quantity);
        lap := greatest(1000, capacity / 32);
        if claimed[quantity] % lap < quantity then
            perform booking.comb(event_id, claimed[quantity] - lap);  -- a lap behind, where hardly anybody is still at it
        end if;
        return claimed;
    elsif quantity <= capacity and booking.refuses(dispensed, quantity) then
        return null;
    end if;
    return '{}';
end $$;


-- Takes the next tickets of the dispenser, locked; without those that somebody found by another way.
create function booking.take_fresh(event_id bigint, dispenser regclass, quantity int) returns int[]
language plpgsql as $$
#variable_conflict use_variable
begin
    return array(
        select t.ticket_no from booking.tickets as t
        where t.event_id = event_id and t.status = 'available'
            and t.ticket_no = any (array(select nextval(dispenser) from generate_series(1, quantity)))
        for update skip locked);
end $$;


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
create function booking.claim_leftovers(event_id bigint, quantity int) returns int[]
language plpgsql as $$
#variable_conflict use_variable
declare
    event booking.events;
    dispensed bigint;
    place int;
    taken int[];
    overdue bigint;
begin
    select * into event from booking.events as e where e.id = event_id;
    dispensed := pg_sequence_last_value(event.dispenser);
    if dispensed between event.capacity and 1::bigint << 60 then
        -- The counter goes round: where everything was given back or is overdue, the first look finds one, and no two look at the same.
        place := 1 + nextval(event.dispenser) % event.capacity;
    else
        place := 1 + floor(random() * event.capacity);
    end if;
    taken := booking.take_at(event_id, place, quantity);
    if cardinality(taken) < quantity then
        taken := taken || booking.take_returned(event_id, place + 1, event.capacity, quantity - cardinality(taken));
    end if;
    if cardinality(taken) < quantity then
        taken := taken || booking.take_returned(event_id, 1, place - 1, quantity - cardinality(taken));
    end if;
    if cardinality(taken) < quantity then
        for overdue in
            select i.id from booking.booking_intents as i
            where i.event_id = event_id and i.status = 'pending' and i.expires_at <= clock_timestamp()
            order by i.expires_at
            limit quantity - cardinality(taken)
            for update skip locked
        loop
            exit when cardinality(taken) = quantity;
            taken := taken || booking.expire_intent(overdue, quantity - cardinality(taken));
        end loop;
    end if;
    if cardinality(taken) < quantity and dispensed < event.capacity then
        taken := taken || booking.take_fresh(event_id, event.dispenser, quantity - cardinality(taken));
    end if;
    return taken;
end $$;


-- How many tickets anybody could have in this instant, counted up to at_most, locked or not; and the next deadline.
create function booking.left_over(event_id bigint, at_most int, out tickets int, out next_deadline timestamptz)
language plpgsql as $$
#variable_conflict use_variable
declare
    event booking.events;
    as_of timestamptz;
begin
    select * into event from booking.events as e where e.id = event_id;
    perform booking.comb(event_id, least(event.capacity, pg_sequence_last_value(event.dispenser))::int);
    as_of := clock_timestamp();
    -- One statement, one snapshot.
    select
        (select count(*) from (
            select from booking.tickets as t where t.event_id = event_id and t.returned limit at_most) as r)
        + (select count(*) from (
            select from booking.tickets as t
            where t.event_id = event_id and t.status = 'available' and not t.returned
                and t.ticket_no > (select e.combed from booking.events as e where e.id = event_id)
            limit at_most) as s)
        + (select coalesce(sum(o.quantity), 0) from (
            select i.quantity from booking.booking_intents as i
            where i.event_id = event_id and i.status = 'pending' and i.expires_at <= as_of
            order by i.expires_at limit at_most) as o),
        (select min(i.expires_at) from booking.booking_intents as i
            where i.event_id = event_id and i.status = 'pending' and i.expires_at > as_of)
    into tickets, next_deadline;
end $$;


-- Whether fewer than `quantity` tickets can be had. Where it is sure to last (this transaction has written nothing, so that all it
-- sees is committed, and nobody is about to give a ticket back), the answer is left for all as a refusal mark. Null: somebody
-- else is finding out, ask again. Both locks are held for the length of this function, not of the transaction.
create function booking.is_sold_out(event_id bigint, quantity int, committed boolean) returns boolean
language plpgsql as $$
#variable_conflict use_variable
declare
    dispenser regclass;
    no_give_backs boolean := false;
    tickets int;
    next_deadline timestamptz;
begin
    select e.dispenser into dispenser from booking.events as e where e.id = event_id;
    if booking.refuses(pg_sequence_last_value(dispenser), quantity) then
        return true;
    elsif not pg_try_advisory_lock('booking.events'::regclass::int, event_id::int) then
        return null;
    end if;
    begin
        if committed and current_setting('transaction_isolation') = 'read committed' then
            no_give_backs := pg_try_advisory_lock('booking.tickets'::regclass::int, event_id::int);
        end if;
        select l.tickets, l.next_deadline into tickets, next_deadline from booking.left_over(event_id, quantity) as l;
        if no_give_backs and tickets < least(quantity, 16) then  -- a group refused early must not end the dispenser's work
            next_deadline := least(next_deadline, clock_timestamp() + interval '1 minute');
            perform setval(dispenser, (floor(extract(epoch from next_deadline) * 1000)::bigint << 22) + tickets);
        end if;
    exception when query_canceled or others then
        perform booking.unlock(event_id, no_give_backs);
        raise;
    end;
    perform booking.unlock(event_id, no_give_backs);
    return tickets < quantity;
end $$;


create function booking.unlock(event_id bigint, no_give_backs boolean) returns void
language plpgsql as $$
begin
    if no_give_backs then
        perform pg_advisory_unlock('booking.tickets'::regclass::int, event_id::int);
    end if;
    perform pg_advisory_unlock('booking.events'::regclass::int, event_id::int);
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
