-- reserve(): finds tickets, puts them on hold, and tells the truth when it refuses.
--
-- Where to begin the search is a hint: the next value of a sequence, modulo the capacity. While one event is on sale, each buyer starts
-- at a different ticket, in order, and waits for nobody; with several events the steps are longer. Whatever the hint says, a
-- ticket is taken only if its row, locked with SKIP LOCKED, says that it is available; and nobody is refused because of a hint.
--
-- Each try is a subtransaction that locks exactly the tickets that it takes, or is rolled back with all its locks.
-- BK000 means, here and in the search: this try did not get what it searched for.

-- Raises what is wrong with a request, or returns the event's capacity. reserve() calls it only where its own, cheaper test was
-- not enough.
create function booking.check_request(event_id bigint, user_id text, quantity int, hold_for interval, request_key text) returns int
language plpgsql as $$
#variable_conflict use_variable
declare
    capacity int;
begin
    if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
        raise exception 'reserve() needs READ COMMITTED, since at % it would refuse by an old snapshot',
            upper(current_setting('transaction_isolation')) using errcode = 'BK009';
    end if;
    -- A name needs something to see: not only spaces of any kind, control and format characters.
    if coalesce(user_id !~ concat(
        '[^[:space:][:cntrl:]\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180e\u2000-\u200f\u2028-\u202f',
        '\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e01ef]'), true)
    then
        raise exception 'a reservation needs a user' using errcode = 'BK004';
    elsif octet_length(user_id) > 1000 then
        raise exception 'a user''s name must have at most 1000 bytes, not %', octet_length(user_id) using errcode = 'BK004';
    end if;
    if request_key = '' then
        raise exception 'a request key must not be empty' using errcode = 'BK008';
    elsif octet_length(request_key) > 1000 then
        raise exception 'a request key must have at most 1000 bytes, not %', octet_length(request_key) using errcode = 'BK008';
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
    return capacity;
end $$;


-- The answer that was given to this user's request key before; no row if it was never held.
create function booking.first_answer(
    event_id bigint, user_id text, quantity int, hold_for interval, request_key text,
    out intent_id bigint, out ticket_nos int[], out hold_expires_at timestamptz)
language plpgsql as $$
#variable_conflict use_variable
declare
    intent booking.booking_intents;
begin
    select i.* into intent
        from booking.request_keys as k join booking.booking_intents as i on i.id = k.intent_id
        where k.user_id = user_id and k.request_key = request_key;
    if not found then
        return;
    end if;
    if (intent.event_id, intent.quantity, intent.hold_for) is distinct from
        (event_id, quantity, make_interval(secs => date_part('epoch', hold_for)))
    then
        raise exception 'request key "%" of user "%" was used before with other arguments', request_key, user_id
            using errcode = 'BK007';
    end if;
    intent_id := intent.id;
    ticket_nos := intent.ticket_nos;
    hold_expires_at := intent.expires_at;
end $$;


-- Keeps a request key for an intent. Waits a moment for somebody who is answering the same request, but not for ever: two
-- transactions with two keys each could wait for each other. The limit is short, and reserve() counts: it is for one wait, and
-- another begins with each caller who rolls back and leaves the key to the next.
create function booking.keep_request_key(user_id text, request_key text, intent_id bigint) returns void
language plpgsql set lock_timeout = '5ms' as $$
begin
    insert into booking.request_keys values (user_id, request_key, intent_id);
end $$;


create function booking.reserve(
    event_id bigint, user_id text, quantity int default 1, hold_for interval default '5 minutes', request_key text default null,
    out outcome text, out intent_id bigint, out ticket_nos int[], out hold_expires_at timestamptz)
language plpgsql security definer
set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_variable
declare
    capacity int;
    closed_until timestamptz;
    seen pg_snapshot;
    place int;
    unusual boolean;
    next_places int := 0;
    searches int := 0;
    searching_since timestamptz;
    must_wait boolean := false;
    waiting_since timestamptz;
    has_more_to_write boolean;
begin
    loop
        -- What the latest stock check says of this request. PL/pgSQL prepares each expression anew in every transaction, so there are
        -- few of them on the way to a plain hold and to a plain refusal, and the statements do the rest.
        select
            (ascii(user_id) between 33 and 126 and octet_length(user_id) <= 1000 and quantity between 1 and c.capacity
                and hold_for > interval '0' and hold_for <= interval '31 days' and request_key is null
                and current_setting('transaction_isolation') = 'read committed') is not true,
            c.capacity,
            case when quantity > c.left_over and clock_timestamp() < c.closed_until and c.xmin = c.written_by then c.closed_until end,
            c.seen
            into unusual, capacity, closed_until, seen
            from booking.stock_checks as c where c.event_id = event_id order by c.checked_at desc limit 1;
        if unusual is not false then
            capacity := booking.check_request(event_id, user_id, quantity, hold_for, request_key);
            select * into intent_id, ticket_nos, hold_expires_at
                from booking.first_answer(event_id, user_id, quantity, hold_for, request_key);
            if intent_id is not null then
                outcome := 'held';
                return;
            end if;
        end if;
        if closed_until is not null and (closed_until = 'infinity' or booking.is_still_closed(event_id, closed_until, seen)) then
            outcome := 'sold_out';
            return;
        end if;

        place := case when searches > 0 then 1 + floor(random() * capacity) when quantity = 1 then nextval('booking.places') % capacity + 1
            else booking.next_place(quantity) % capacity + 1 end;
        begin
            if searches = 0 then
                ticket_nos := array(
                    select t.ticket_no from booking.tickets as t
                    where t.event_id = event_id and t.status = 'available'
                        and t.ticket_no between place and place + quantity - 1
                    for update skip locked);
            else
                ticket_nos := booking.find_tickets(event_id, quantity, capacity, place);
            end if;
            if cardinality(ticket_nos) is distinct from quantity then
                if quantity = 1 and searches = 0 then  -- after a sale that nobody paid for, there is an overdue hold
                    select booking.expire_intent(t.intent_id, 1) into ticket_nos
                        from booking.tickets as t
                        where t.event_id = event_id and t.ticket_no = place and t.status = 'held'
                            and t.hold_expires_at <= clock_timestamp();
                end if;
                if cardinality(ticket_nos) is distinct from quantity then
                    raise exception 'no tickets in this try' using errcode = 'BK000';
                end if;
            end if;
            insert into booking.booking_intents as i
                (event_id, user_id, quantity, ticket_nos, request_key, hold_for, created_at, expires_at)
                select event_id, user_id, quantity, ticket_nos, request_key, as_of.hold_for, held_at, held_at + as_of.hold_for
                from (  -- a day has the same length everywhere
                    select clock_timestamp() as held_at, make_interval(secs => date_part('epoch', hold_for)) as hold_for offset 0
                ) as as_of
                returning 'held', i.id, i.expires_at,
                    quantity > 1 or ticket_nos[1] % 256 = 0 or searches > 0 or i.request_key is not null
                into outcome, intent_id, hold_expires_at, has_more_to_write;
            update booking.tickets as t
                set status = 'held', intent_id = intent_id, held_by = user_id, hold_expires_at = hold_expires_at, returned_no = null
                where t.event_id = event_id and t.ticket_no = any (ticket_nos);
            if has_more_to_write then
                if request_key is not null then
                    perform booking.keep_request_key(user_id, request_key, intent_id);
                end if;
                if searches > 0 then
                    perform setval('booking.searches', 0);
                end if;
                perform booking.note_claimed(event_id, no / 256 - 1)  -- a block behind, where hardly anybody is still at it
                    from unnest(ticket_nos) as no where no % 256 = 0 and no > 256;
            end if;
            return;
        exception
            when sqlstate 'BK000' or sqlstate 'BK010' then  -- BK010: the clock went back while an overdue hold was taken over
                null;
            when lock_not_available then  -- somebody is answering the same request
                must_wait := true;
                waiting_since := coalesce(waiting_since, clock_timestamp());
            when unique_violation then
                select * into intent_id, ticket_nos, hold_expires_at
                    from booking.first_answer(event_id, user_id, quantity, hold_for, request_key);
                if intent_id is not null then
                    outcome := 'held';
                    return;
                end if;
                -- The sequence is a hint too: where it was lost on the way to this database, it goes on behind the last intent, and
                -- behind those that open transactions may have written.
                perform setval('booking.booking_intents_id_seq',
                    greatest(max(i.id), pg_sequence_last_value('booking.booking_intents_id_seq')) + 1000)
                    from booking.booking_intents as i;
        end;
        select null, null, null, null into outcome, intent_id, ticket_nos, hold_expires_at;  -- this try was undone
        if must_wait then
            must_wait := false;
            if clock_timestamp() between waiting_since and waiting_since + interval '40 ms' then
                continue;
            end if;
            outcome := 'contended';
            exit;
        elsif searches = 0 then
            searching_since := coalesce(searching_since, clock_timestamp());
            next_places := next_places + 1;
            if clock_timestamp() < searching_since + interval '80 ms' and booking.is_searched(event_id) then
                if next_places > 1 then
                    perform pg_sleep(least(0.001 * 2 ^ next_places, 0.032) * (0.5 + 0.5 * random()));
                end if;
                continue;
            end if;
        elsif booking.is_sold_out(event_id, quantity, capacity) then
            outcome := 'sold_out';
            exit;
        elsif searches > 9 or clock_timestamp() > searching_since + interval '160 ms' then
            outcome := 'contended';
            exit;
        else
            perform pg_sleep(least(0.0005 * 2 ^ searches, 0.032) * (0.5 + 0.5 * random()));
        end if;
        searches := searches + 1;
    end loop;
end $$;
comment on function booking.reserve is
    'Puts `quantity` tickets on hold, all or none. held: they are yours until hold_expires_at. sold_out: at one instant of the call '
    'fewer were left, every other ticket sold or in a live, committed hold. contended: tickets are left, but open transactions '
    'had them locked, or the same request_key is being answered; ask again. A request_key that was held before gets its '
    'first answer again.';
