-- The five functions that other clients call. Each is one round trip, safe in autocommit and inside a caller's
-- transaction, at READ COMMITTED. The database's clock alone decides, and it is read after every lock that is waited for.
-- Bad input raises one of the codes BK001 to BK007 and changes nothing.

create function booking.create_event(name text, capacity int) returns bigint
language plpgsql as $$
declare
    new_event_id bigint;
begin
    if coalesce(btrim(name), '') = '' then
        raise exception 'an event needs a name' using errcode = 'BK006';
    end if;
    if capacity is null or capacity not between 1 and 5000000 then
        raise exception 'capacity must be between 1 and 5000000 tickets, not %', coalesce(capacity::text, 'null')
            using errcode = 'BK005';
    end if;
    insert into booking.events as e (name, capacity) values (create_event.name, create_event.capacity)
        returning e.id into new_event_id;
    insert into booking.tickets (event_id, ticket_no)
        select new_event_id, n from generate_series(1, capacity) as n;
    return new_event_id;
end $$;
comment on function booking.create_event is 'Puts an event on sale: its row and one available ticket for each place. Returns its id.';


-- Ends holds past their deadline, whole: the intent is expired, its tickets are available again. A hold that somebody
-- else is working on right now is left to them. Returns the tickets given back: at least max_tickets if so many are overdue.
create function booking.expire_overdue(event_id bigint, max_tickets int) returns int
language plpgsql as $$
#variable_conflict use_column
declare
    as_of timestamptz := clock_timestamp();
    given_back int;
begin
    with overdue as materialized (
        select id, quantity, expires_at
        from booking.booking_intents
        where event_id = expire_overdue.event_id and status = 'pending' and expires_at <= as_of
        order by expires_at
        limit max_tickets
        for update skip locked
    ), chosen as (
        select id
        from (select id, sum(quantity) over (order by expires_at, id) - quantity as tickets_before from overdue) as o
        where tickets_before < max_tickets
    ), expired as (
        update booking.booking_intents as i set status = 'expired', expired_at = as_of
        from chosen
        where i.id = chosen.id and i.event_id = expire_overdue.event_id
        returning i.id, i.ticket_nos
    ), returned as (
        update booking.tickets as t
        set status = 'available', intent_id = null, held_by = null, hold_expires_at = null
        from expired
        where t.event_id = expire_overdue.event_id and t.ticket_no = any (expired.ticket_nos) and t.intent_id = expired.id
        returning 1
    )
    select count(*) into given_back from returned;
    return given_back;
end $$;


-- Locks tickets that are available, or whose hold is overdue, lowest number first; never waits. Raises BK000, which
-- lets go of what it locked, if there are fewer than asked for: all or nothing.
create function booking.claim(event_id bigint, quantity int) returns int[]
language plpgsql as $$
declare
    claimed int[];
begin
    for attempt in 1..2 loop
        with candidates as materialized (
            select t.ticket_no from booking.tickets as t
            where t.event_id = claim.event_id and t.status = 'available'
            order by t.ticket_no
            limit claim.quantity
            for update skip locked
        )
        select coalesce(array_agg(ticket_no), '{}') into claimed from candidates;
        if cardinality(claimed) = quantity then
            return claimed;
        end if;
        exit when booking.expire_overdue(event_id, quantity - cardinality(claimed)) = 0;
    end loop;
    raise exception 'short of % tickets', quantity using errcode = 'BK000';
end $$;


-- The answer that was given to this user's request key before, or nulls. Two at once: the second waits for the first.
create function booking.first_answer(
    event_id bigint, user_id text, quantity int, hold_for interval, request_key text,
    out outcome text, out intent_id bigint, out ticket_nos int[], out hold_expires_at timestamptz)
language plpgsql as $$
declare
    intent booking.booking_intents;
begin
    perform pg_advisory_xact_lock(hashtextextended(user_id || E'\x1f' || request_key, 0));
    select * into intent from booking.booking_intents as i
        where i.user_id = first_answer.user_id and i.request_key = first_answer.request_key;
    if not found then
        return;
    end if;
    if (intent.event_id, intent.quantity, intent.hold_for) is distinct from (event_id, quantity, hold_for) then
        raise exception 'request key "%" of user "%" was used before with other arguments', request_key, user_id
            using errcode = 'BK007';
    end if;
    outcome := 'held';
    intent_id := intent.id;
    ticket_nos := intent.ticket_nos;
    hold_expires_at := intent.expires_at;
end $$;


create function booking.reserve(
    event_id bigint, user_id text, quantity int default 1, hold_for interval default '5 minutes', request_key text default null,
    out outcome text, out intent_id bigint, out ticket_nos int[], out hold_expires_at timestamptz)
language plpgsql as $$
#variable_conflict use_column
declare
    event_capacity int;
    held_at timestamptz;
begin
    if coalesce(btrim(reserve.user_id), '') = '' then
        raise exception 'a reservation needs a user' using errcode = 'BK004';
    end if;
    if hold_for is null or hold_for <= interval '0' or hold_for > interval '31 days' then
        raise exception 'a hold must last longer than nothing and at most 31 days, not %', coalesce(hold_for::text, 'null')
            using errcode = 'BK003';
    end if;
    select capacity into event_capacity from booking.events where id = reserve.event_id;
    if not found then
        raise exception 'there is no event %', coalesce(reserve.event_id::text, 'null') using errcode = 'BK001';
    end if;
    if quantity is null or quantity not between 1 and event_capacity then
        raise exception 'quantity must be between 1 and the capacity of %, not %', event_capacity, coalesce(quantity::text, 'null')
            using errcode = 'BK002';
    end if;
    hold_for := make_interval(secs => extract(epoch from hold_for)::float8);  -- days have the same length everywhere

    if request_key is not null then
        select * into outcome, intent_id, ticket_nos, hold_expires_at
            from booking.first_answer(reserve.event_id, reserve.user_id, quantity, hold_for, request_key);
        if outcome is not null then
            return;
        end if;
    end if;

    for attempt in 1..8 loop
        begin
            ticket_nos := booking.claim(reserve.event_id, quantity);
            held_at := clock_timestamp();
            hold_expires_at := held_at + hold_for;
            insert into booking.booking_intents as i
                (event_id, user_id, quantity, ticket_nos, request_key, hold_for, created_at, expires_at)
                values (reserve.event_id, reserve.user_id, reserve.quantity, reserve.ticket_nos, reserve.request_key,
                        reserve.hold_for, held_at, reserve.hold_expires_at)
                returning i.id into intent_id;
            update booking.tickets as t
                set status = 'held', intent_id = reserve.intent_id, held_by = reserve.user_id,
                    hold_expires_at = reserve.hold_expires_at
                where t.event_id = reserve.event_id and t.ticket_no = any (reserve.ticket_nos);
            outcome := 'held';
            return;
        exception when sqlstate 'BK000' then
            ticket_nos := null;
        end;
        if booking.reservable(reserve.event_id, quantity) < quantity then
            outcome := 'sold_out';
            return;
        end if;
        perform pg_sleep(0.002 * attempt * random());
    end loop;
    outcome := 'contended';
end $$;
comment on function booking.reserve is
    'Puts `quantity` tickets on hold, all or none. held: they are yours until hold_expires_at. sold_out: at that instant '
    'fewer were left, every other ticket sold or in a live, committed hold. contended: tickets are left, but open '
    'transactions had them locked; ask again. A request_key that was held before gets its first answer again.';


-- How many tickets could be had in this instant, counted up to at_most: available, or in a hold past its deadline, locked or not.
create function booking.reservable(event_id bigint, at_most int) returns bigint
language sql as $$
    select count(*) from (
        (select from booking.tickets as t where t.event_id = reservable.event_id and t.status = 'available' limit at_most)
        union all
        (select from booking.booking_intents as i, generate_series(1, i.quantity)
         where i.event_id = reservable.event_id and i.status = 'pending' and i.expires_at <= clock_timestamp() limit at_most)
    ) as tickets
$$;


-- Locks an intent of this user, and its tickets, and only then reads the clock: a clock read before a wait is stale after it.
-- Gives what the intent is in that instant, overdue holds as expired; no row if it is not this user's.
create function booking.lock_intent(intent_id bigint, user_id text, out intent booking.booking_intents, out as_of timestamptz)
language plpgsql as $$
begin
    select * into intent from booking.booking_intents as i
        where i.id = lock_intent.intent_id and i.user_id = lock_intent.user_id
        for update;
    if intent.status = 'pending' then
        perform from booking.tickets as t
            where t.event_id = intent.event_id and t.ticket_no = any (intent.ticket_nos)
            order by t.ticket_no
            for update;
        as_of := clock_timestamp();
        if as_of >= intent.expires_at then
            intent.status := 'expired';
        end if;
    end if;
end $$;


create function booking.confirm(intent_id bigint, user_id text) returns text
language plpgsql as $$
declare
    locked record;
    intent booking.booking_intents;
begin
    select * into locked from booking.lock_intent(intent_id, user_id);
    intent := locked.intent;
    if intent.id is null then
        return 'not_found';
    elsif intent.status = 'confirmed' then
        return 'already_confirmed';
    elsif intent.status <> 'pending' then
        return intent.status;
    end if;
    update booking.tickets as t set status = 'sold', hold_expires_at = null
        where t.event_id = intent.event_id and t.ticket_no = any (intent.ticket_nos) and t.intent_id = intent.id;
    update booking.booking_intents as i set status = 'confirmed', confirmed_at = locked.as_of
        where i.id = intent.id and i.event_id = intent.event_id;
    return 'confirmed';
end $$;
comment on function booking.confirm is
    'Turns a hold into a sale, if its deadline has not passed. A confirm that comes late, or waited too long, answers expired.';


create function booking.release(intent_id bigint, user_id text) returns text
language plpgsql as $$
declare
    locked record;
    intent booking.booking_intents;
begin
    select * into locked from booking.lock_intent(intent_id, user_id);
    intent := locked.intent;
    if intent.id is null then
        return 'not_found';
    elsif intent.status = 'released' then
        return 'already_released';
    elsif intent.status <> 'pending' then
        return intent.status;
    end if;
    update booking.tickets as t set status = 'available', intent_id = null, held_by = null, hold_expires_at = null
        where t.event_id = intent.event_id and t.ticket_no = any (intent.ticket_nos) and t.intent_id = intent.id;
    update booking.booking_intents as i set status = 'released', released_at = locked.as_of
        where i.id = intent.id and i.event_id = intent.event_id;
    return 'released';
end $$;
comment on function booking.release is 'Gives the tickets of a live hold back, at once.';


create function booking.expire_holds(event_id bigint default null, max_tickets int default 1000) returns int
language plpgsql as $$
declare
    given_back int := 0;
    one_event bigint;
begin
    if max_tickets is null or max_tickets < 1 then
        raise exception 'max_tickets must be at least 1, not %', coalesce(max_tickets::text, 'null') using errcode = 'BK002';
    end if;
    if event_id is not null and not exists (select from booking.events as e where e.id = expire_holds.event_id) then
        raise exception 'there is no event %', event_id using errcode = 'BK001';
    end if;
    for one_event in select e.id from booking.events as e where e.id = expire_holds.event_id or expire_holds.event_id is null loop
        given_back := given_back + booking.expire_overdue(one_event, max_tickets - given_back);
        exit when given_back >= max_tickets;
    end loop;
    return given_back;
end $$;
comment on function booking.expire_holds is
    'Gives the tickets of overdue holds back, oldest first, of one event or of all, until max_tickets are given back; a hold '
    'goes back whole, so the last one may go past it. Returns how many. Nothing waits for it: reserve() sees the deadlines itself.';
