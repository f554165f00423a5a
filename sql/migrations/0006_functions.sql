-- The other functions that clients call. Each, like reserve(), is one round trip, safe in autocommit and inside a caller's
-- transaction. The database's clock alone decides, and it is read after every lock that is waited for. A caller needs the right to
-- execute them, and no other. Bad input raises one of the codes BK001 to BK009 and changes nothing.

create function booking.create_event(name text, capacity int) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
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
    loop
        begin
            insert into booking.events (name, capacity) values (create_event.name, create_event.capacity)
                returning id into new_event_id;
            exit;
        exception when unique_violation then  -- the sequence was lost on the way to this database
            perform setval('booking.events_id_seq', greatest(max(e.id), pg_sequence_last_value('booking.events_id_seq')))
                from booking.events as e;
        end;
    end loop;
    insert into booking.tickets (event_id, ticket_no)
        select new_event_id, n from generate_series(1, capacity) as n;
    insert into booking.stock_checks (event_id, capacity) values (new_event_id, create_event.capacity);
    return new_event_id;
end $$;
comment on function booking.create_event is 'Puts an event on sale: its row and one available ticket for each place. Returns its id.';


-- Locks an intent of this user, and its tickets, and only then reads the clock: a clock read before a wait is stale after it.
-- Gives what the intent is in that instant, overdue holds as expired; no row if it is not this user's. Where the server's clock went
-- back, no end comes before its beginning.
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
        as_of := greatest(clock_timestamp(), intent.created_at);
        if as_of >= intent.expires_at then
            intent.status := 'expired';
        end if;
    end if;
end $$;


create function booking.confirm(intent_id bigint, user_id text) returns text
language plpgsql security definer
set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
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
    update booking.booking_intents as i set status = 'confirmed', confirmed_at = locked.as_of where i.id = intent.id;
    return 'confirmed';
end $$;
comment on function booking.confirm is
    'Turns a hold into a sale, if its deadline has not passed. A confirm that comes late, or waited too long, answers expired.';


create function booking.release(intent_id bigint, user_id text) returns text
language plpgsql security definer
set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
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
    update booking.booking_intents as i set status = 'released', released_at = locked.as_of where i.id = intent.id;
    return 'released';
end $$;
comment on function booking.release is 'Gives the tickets of a live hold back, at once.';


create function booking.expire_holds(event_id bigint default null, max_tickets int default 1000) returns int
language plpgsql security definer
set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_variable
declare
    as_of timestamptz := clock_timestamp();
    given_back int := 0;
    overdue record;
begin
    if max_tickets is null or max_tickets < 1 then
        raise exception 'max_tickets must be at least 1, not %', coalesce(max_tickets::text, 'null') using errcode = 'BK002';
    end if;
    if event_id is not null and not exists (select from booking.events as e where e.id = event_id) then
        raise exception 'there is no event %', event_id using errcode = 'BK001';
    end if;
    for overdue in
        select i.id, i.quantity
        from unnest(case when event_id is null then array(select e.id from booking.events as e) else array[event_id] end) as e (id)
        cross join lateral (
            select i.id, i.quantity, i.expires_at from booking.booking_intents as i
            where i.event_id = e.id and i.status = 'pending' and i.expires_at <= as_of
            order by i.expires_at
        ) as i
        order by i.expires_at
    loop
        exit when given_back >= max_tickets;
        if booking.expire_intent(overdue.id, 0) is not null then
            given_back := given_back + overdue.quantity;
        end if;
    end loop;
    return given_back;
end $$;
comment on function booking.expire_holds is
    'Gives the tickets of overdue holds back, oldest first, of one event or of all, until max_tickets are given back; a hold '
    'goes back whole, so the last one may go past it. Returns how many. Nothing waits for it: reserve() sees the deadlines itself.';


-- Nobody but the owner reads, writes or calls anything here, unless `booking-sim db grant` says so.
revoke all on all functions in schema booking from public;
