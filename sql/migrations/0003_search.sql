-- The search of reserve(), where its first try finds no ticket: which tickets nobody has locked, and which overdue holds.
-- What it locks stays locked only if the caller takes it.
-- BK000 means, in reserve() and in its search: this try did not get what it searched for.

-- Ends an overdue hold, whole: the intent is expired, up to `keep` of its tickets stay locked for the caller to take over, the
-- others are available. Returns the numbers kept; null if the hold is not overdue, or somebody has it or one of its tickets locked.
create function booking.expire_intent(intent_id bigint, keep int) returns int[]
language plpgsql as $$
#variable_conflict use_variable
declare
    intent record;
begin
    select i.event_id, i.ticket_nos, i.quantity, i.expires_at into intent
        from booking.booking_intents as i
        where i.id = intent_id and i.status = 'pending' and i.expires_at <= clock_timestamp()
        for update skip locked;
    if not found then
        raise exception 'intent % cannot be expired now', intent_id using errcode = 'BK000';
    end if;
    with locked as materialized (
        select from booking.tickets as t
        where t.event_id = intent.event_id and t.ticket_no = any (intent.ticket_nos) and t.intent_id = intent_id
        for update skip locked
    )
    update booking.booking_intents as i set status = 'expired', expired_at = greatest(clock_timestamp(), intent.expires_at)
        where i.id = intent_id and (select count(*) from locked) = intent.quantity;
    if not found then
        raise exception 'intent % cannot be expired now', intent_id using errcode = 'BK000';
    end if;
    if keep < intent.quantity then
        update booking.tickets as t
            set status = 'available', intent_id = null, held_by = null, hold_expires_at = null
            where t.event_id = intent.event_id and t.ticket_no = any (intent.ticket_nos[keep + 1:]);
    end if;
    return intent.ticket_nos[:keep];
exception when sqlstate 'BK000' or sqlstate 'BK010' then  -- BK010: the clock went back
    return null;
end $$;


-- The blocks of an event in which some ticket may never have been held, beginning with that of a place: 64, or more for a group.
create function booking.unclaimed_blocks(event_id bigint, capacity int, quantity int, place int) returns int[]
language plpgsql as $$
#variable_conflict use_variable
begin
    if exists (select from booking.claimed_blocks as c where c.event_id = event_id and c.block_no = 0) then
        return '{}';
    end if;
    return array(
        select b.block_no from (
            select generate_series(1, (capacity + 255) / 256) as block_no
            except
            select c.block_no from booking.claimed_blocks as c where c.event_id = event_id
        ) as b
        order by b.block_no < (place + 255) / 256, b.block_no
        limit 64 * quantity);
end $$;


-- Writes down that every ticket of a block was held at least once, if so.
create function booking.note_claimed(event_id bigint, block_no int) returns void
language plpgsql as $$
#variable_conflict use_variable
begin
    insert into booking.claimed_blocks (event_id, block_no)
        select event_id, block_no
        where not exists (
            select from booking.tickets as t
            where t.event_id = event_id and t.ticket_no between 256 * block_no - 255 and 256 * block_no
                and t.status = 'available' and t.returned_no is null);
end $$;


-- The next place for a group: as many numbers on as it has tickets, up to 64.
create function booking.next_place(quantity int) returns bigint
language plpgsql as $$
begin
    return min(nextval('booking.places')) from generate_series(1, least(quantity, 64));
end $$;


-- The tickets among some that nobody has locked, `quantity` at most. Keeps no lock, so that the caller locks these and no others.
create function booking.unlocked(event_id bigint, candidates int[], quantity int) returns int[]
language plpgsql as $$
#variable_conflict use_variable
declare
    found int[];
begin
    found := array(
        select t.ticket_no from booking.tickets as t
        where t.event_id = event_id and t.ticket_no = any (candidates) and t.status = 'available'
        limit quantity for update skip locked);
    raise exception 'let the locks go' using errcode = 'BK000';
exception when sqlstate 'BK000' then
    return found;
end $$;


-- Of the holds that are overdue longest, 512 or more for a group, some that nobody has locked, with `quantity` tickets together.
-- Keeps no lock. The order is random, so that buyers who search at once find different holds.
create function booking.unlocked_overdue(event_id bigint, quantity int) returns bigint[]
language plpgsql as $$
#variable_conflict use_variable
declare
    found bigint[];
begin
    found := array(
        select o.id from (
            select c.id, c.ticket_nos from (
                select i.id, i.ticket_nos from booking.booking_intents as i
                where i.event_id = event_id and i.status = 'pending' and i.expires_at <= (select clock_timestamp())
                order by i.expires_at limit 512 + 4 * quantity
            ) as c
            order by random()
        ) as o
        cross join lateral (
            select from booking.booking_intents as i where i.id = o.id and i.status = 'pending' for update skip locked
        ) as i
        cross join lateral (
            select from booking.tickets as t
            where t.event_id = event_id and t.ticket_no = any (o.ticket_nos) and t.intent_id = o.id
            for update skip locked
        ) as t
        limit quantity);
    raise exception 'let the locks go' using errcode = 'BK000';
exception when sqlstate 'BK000' then
    return found;
end $$;


-- Finds tickets for a buyer and locks them: near the place, then in the next block with tickets that nobody ever held, then among
-- those given back, then in overdue holds. Reads a bounded number of rows. Fewer than requested, or null: not now.
create function booking.find_tickets(event_id bigint, quantity int, capacity int, place int) returns int[]
language plpgsql as $$
#variable_conflict use_variable
declare
    reach int := 64 + 4 * quantity;
    start int := 1 + floor(random() * capacity);
    found int[];
    fresh int[];
    block int;
    claimed int[] := '{}';
    locked int;
    overdue bigint;
begin
    found := booking.unlocked(event_id, array(
        select t.ticket_no from booking.tickets as t
        where t.event_id = event_id and t.ticket_no between place and place + reach and t.status = 'available'), quantity);
    if cardinality(found) < quantity then
        foreach block in array booking.unclaimed_blocks(event_id, capacity, quantity, place) loop
            fresh := array(
                select t.ticket_no from booking.tickets as t
                where t.event_id = event_id and t.ticket_no between 256 * block - 255 and 256 * block
                    and t.status = 'available' and t.returned_no is null);
            if fresh = '{}' then
                claimed := claimed || block;
                continue;
            end if;
            fresh := booking.unlocked(
                event_id, array(
                    select f from unnest(fresh) as f where f not between place and place + reach order by random()),
                quantity - cardinality(found));
            found := found || fresh;
            if fresh <> '{}' then  -- the next buyers begin here
                perform setval('booking.places',  -- never past the last number
                    pg_sequence_last_value('booking.places') / capacity % 1000000000000 * capacity + fresh[1] - 1);
            end if;
            exit when cardinality(found) = quantity;
        end loop;
        if cardinality(found) = quantity then  -- else this try is rolled back, and what it wrote with it
            insert into booking.claimed_blocks (event_id, block_no) select event_id, c from unnest(claimed) as c;
        end if;
    end if;
    if cardinality(found) < quantity then
        found := found || booking.unlocked(event_id, array(
            select r.ticket_no from (
                (select t.ticket_no from booking.tickets as t where t.event_id = event_id and t.returned_no is not null and t.returned_no >= start
                 order by t.returned_no limit 8 * reach)
                union
                (select t.ticket_no from booking.tickets as t where t.event_id = event_id and t.returned_no is not null and t.returned_no < start
                 order by t.returned_no limit 8 * reach)
            ) as r
            where r.ticket_no not between place and place + reach), quantity - cardinality(found));
    end if;
    if found <> '{}' then
        perform from booking.tickets as t
            where t.event_id = event_id and t.ticket_no = any (found) and t.status = 'available'
            for update skip locked;
        get diagnostics locked = row_count;
        if locked < cardinality(found) then
            return null;
        end if;
    end if;
    if cardinality(found) = quantity then
        return found;
    end if;
    for overdue in select distinct o from unnest(booking.unlocked_overdue(event_id, quantity - cardinality(found))) as o
    loop
        exit when cardinality(found) >= quantity;
        found := found || coalesce(booking.expire_intent(overdue, quantity - cardinality(found)), '{}');
    end loop;
    return found;
end $$;
