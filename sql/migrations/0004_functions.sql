-- The five functions that other clients call. Each is one round trip, safe in autocommit and inside a caller's
-- transaction, at READ COMMITTED. The database's clock alone decides, and it is read after every lock that is waited for.
-- Bad input raises one of the codes BK001 to BK008 and changes nothing.
--
-- The two settings that they carry keep their plans: a generic one, since making a plan anew for each array of numbers costs a
-- fifth of a call, and by index, since after an ANALYZE with all tickets alike any one of them looks as near by reading on.

create function booking.create_event(name text, capacity int) returns bigint
language plpgsql as $$
declare
    new_event_id bigint := nextval(pg_get_serial_sequence('booking.events', 'id'));
    dispenser regclass;
begin
    if coalesce(btrim(name), '') = '' then
        raise exception 'an event needs a name' using errcode = 'BK006';
    end if;
    if capacity is null or capacity not between 1 and 5000000 then
        raise exception 'capacity must be between 1 and 5000000 tickets, not %', coalesce(capacity::text, 'null')
            using errcode = 'BK005';
    end if;
    execute format('create sequence if not exists booking.dispenser_%s minvalue 0', new_event_id);
    dispenser := format('booking.dispenser_%s', new_event_id);
    perform setval(dispenser, 0);
    insert into booking.events (id, name, capacity, dispenser) overriding system value
        values (new_event_id, create_event.name, create_event.capacity, dispenser);
    insert into booking.combed (event_id) values (new_event_id);
    insert into booking.tickets (event_id, ticket_no)
        select new_event_id, n from generate_series(1, capacity) as n;
    return new_event_id;
end $$;
comment on function booking.create_event is 'Puts an event on sale: its row and one available ticket for each place. Returns its id.';


-- Raises what is wrong with a request. What the dispenser can serve is right, so reserve() asks for the others only.
create function booking.check_request(event_id bigint, user_id text, quantity int, hold_for interval) returns void
language plpgsql as $$
#variable_conflict use_variable
declare
    capacity int;
begin
    if coalesce(btrim(user_id), '') = '' then
        raise exception 'a reservation needs a user' using errcode = 'BK004';
    end if;
    if hold_for is null or hold_for <= interval '0' or hold_for > interval '31 days' then
        raise exception 'a hold must last longer than nothing and at most 31 days, not %', coalesce(hold_for::text, 'null')
            using errcode = 'BK003';
    end if;
    select e.capacity into capacity from booking.events as e where e.id = event_id;
    if not found then
        raise exception 'there is no event %', coalesce(event_id::text, 'null') using errcode = 'BK001';
    end if;
    if quantity is null or quantity not between 1 and capacity then
        raise exception 'quantity must be between 1 and the capacity of %, not %', capacity, coalesce(quantity::text, 'null')
            using errcode = 'BK002';
    end if;
end $$;


-- The answer that was given to this user's request key before, or nulls. Two at once: the second waits for the first, but not
-- for ever, since two transactions with two keys each could wait for each other: contended.
create function booking.first_answer(
    event_id bigint, user_id text, quantity int, hold_for interval, request_key text,
    out outcome text, out intent_id bigint, out ticket_nos int[], out hold_expires_at timestamptz)
language plpgsql as $$
declare
    attempt int := 1;
    intent booking.booking_intents;
begin
    while not pg_try_advisory_xact_lock(hashtextextended(user_id || E'\x1f' || request_key, 0)) loop
        if attempt > 10 then
            outcome := 'contended';
            return;
        end if;
        perform booking.back_off(attempt);
        attempt := attempt + 1;
    end loop;
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
language plpgsql set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
#variable_conflict use_variable
declare
    committed boolean := pg_current_xact_id_if_assigned() is null;
    held_at timestamptz;
begin
    if request_key is not null or user_id is null or btrim(user_id) = '' or quantity is null or quantity < 1
        or hold_for is null or hold_for <= interval '0' or hold_for > interval '31 days' then
        perform booking.check_request(event_id, user_id, quantity, hold_for);
    end if;
    if request_key = '' then
        raise exception 'a request key must not be empty' using errcode = 'BK008';
    elsif request_key is not null then
        select * into outcome, intent_id, ticket_nos, hold_expires_at
            from booking.first_answer(event_id, user_id, quantity, hold_for, request_key);
        if outcome is not null then
            return;
        end if;
    end if;

    ticket_nos := booking.claim(event_id, quantity);
    if ticket_nos is null then
        outcome := 'sold_out';
        return;
    elsif cardinality(ticket_nos) < quantity then
        perform booking.check_request(event_id, user_id, quantity, hold_for);
        select i.outcome, i.ticket_nos into outcome, ticket_nos from booking.insist(event_id, quantity, committed) as i;
        if outcome <> 'held' then
            return;
        end if;
    end if;

    outcome := 'held';
    held_at := clock_timestamp();
    hold_for := make_interval(secs => extract(epoch from hold_for)::float8);  -- a day has the same length everywhere
    hold_expires_at := held_at + hold_for;
    insert into booking.booking_intents as i
        (event_id, user_id, quantity, ticket_nos, request_key, hold_for, created_at, expires_at)
        values (event_id, user_id, quantity, ticket_nos, request_key, hold_for, held_at, hold_expires_at)
        returning i.id into intent_id;
    update booking.tickets as t
        set status = 'held', returned = false, intent_id = intent_id, held_by = user_id, hold_expires_at = hold_expires_at
        where t.event_id = event_id and t.ticket_no = any (ticket_nos);
end $$;
comment on function booking.reserve is
    'Puts `quantity` tickets on hold, all or none. held: they are yours until hold_expires_at. sold_out: at that instant '
    'fewer were left, every other ticket sold or in a live, committed hold. contended: tickets are left, but open '
    'transactions had them locked, or the same request_key is being answered; ask again. A request_key that was held before gets its first answer again.';


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
language plpgsql set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
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
language plpgsql set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
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
language plpgsql set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
#variable_conflict use_variable
declare
    given_back int := 0;
    overdue record;
begin
    if max_tickets is null or max_tickets < 1 then
        raise exception 'max_tickets must be at least 1, not %', coalesce(max_tickets::text, 'null') using errcode = 'BK002';
    end if;
    if event_id is null then
        for event_id in select e.id from booking.events as e loop
            exit when given_back >= max_tickets;
            given_back := given_back + booking.expire_holds(event_id, max_tickets - given_back);
        end loop;
        return given_back;
    end if;
    if not exists (select from booking.events as e where e.id = event_id) then
        raise exception 'there is no event %', event_id using errcode = 'BK001';
    end if;
    for overdue in
        select i.id, i.quantity from booking.booking_intents as i
        where i.event_id = event_id and i.status = 'pending' and i.expires_at <= clock_timestamp()
        order by i.expires_at
        limit max_tickets
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
