-- The contract around a strategy's own way to claim tickets: applied before a file that brings booking.claim or booking.hold.
--
-- reserve() checks the arguments and the request key, tries a few times, and tells the truth when it refuses; hold() writes the
-- intent and its tickets; claim(event_id, quantity) finds the tickets and is the strategy. To what a strategy costs by itself
-- this adds one subtransaction for each try (all or nothing: what a short try locked is unlocked), and for each refusal one
-- count of the tickets that are left, by the strategy's own index. The search_path is that of the other functions of the contract,
-- so claim and hold name the schema of what they use.

drop function if exists booking.claim(bigint, int);  -- no strategy runs on the claim of another

-- One try: claims the tickets and writes the intent and the hold. Raises BK000 if there are fewer than requested.
create or replace function booking.hold(
    event_id bigint, user_id text, quantity int, hold_for interval, request_key text,
    out intent_id bigint, out ticket_nos int[], out hold_expires_at timestamptz)
language plpgsql as $$
#variable_conflict use_column
declare
    held_at timestamptz;
begin
    ticket_nos := booking.claim(event_id, quantity);
    if coalesce(cardinality(ticket_nos), 0) < quantity then
        raise exception 'fewer than % tickets', quantity using errcode = 'BK000';
    end if;
    held_at := clock_timestamp();
    hold_expires_at := held_at + hold_for;
    insert into booking.booking_intents as i
        (event_id, user_id, quantity, ticket_nos, request_key, hold_for, created_at, expires_at)
        values (hold.event_id, hold.user_id, hold.quantity, hold.ticket_nos, hold.request_key, hold.hold_for, held_at,
                hold.hold_expires_at)
        returning i.id into intent_id;
    update booking.tickets as t
        set status = 'held', intent_id = hold.intent_id, held_by = hold.user_id, hold_expires_at = hold.hold_expires_at,
            returned_no = null
        where t.event_id = hold.event_id and t.ticket_no = any (hold.ticket_nos);
end $$;


-- How many tickets are left in one instant, counted up to at_most: available, or in a hold past its deadline, locked or not.
-- The rows and the clock are read in one statement, the clock once, after the snapshot was taken: a hold that falls due before
-- the snapshot is not counted as live beside what was taken since. Reads the strategy's own index, also where the planner
-- believes that any row will do.
create or replace function booking.count_left(event_id bigint, at_most int) returns bigint
language plpgsql set enable_seqscan = off as $$
begin
    return (
        with clock as materialized (select clock_timestamp() as as_of)
        select count(*) from (
            (select from booking.tickets as t where t.event_id = count_left.event_id and t.status = 'available' limit at_most)
            union all
            (select from booking.booking_intents as i, generate_series(1, i.quantity)
             where i.event_id = count_left.event_id and i.status = 'pending' and i.expires_at <= (select as_of from clock)
             limit at_most)
        ) as tickets
    );
end $$;


create or replace function booking.reserve(
    event_id bigint, user_id text, quantity int default 1, hold_for interval default '5 minutes', request_key text default null,
    out outcome text, out intent_id bigint, out ticket_nos int[], out hold_expires_at timestamptz)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform booking.check_request(event_id, user_id, quantity, hold_for, request_key);
    hold_for := make_interval(secs => extract(epoch from hold_for)::float8);  -- days have the same length everywhere
    if request_key is not null then
        select * into intent_id, ticket_nos, hold_expires_at
            from booking.first_answer(event_id, user_id, quantity, hold_for, request_key);
        if intent_id is not null then
            outcome := 'held';
            return;
        end if;
    end if;

    for attempt in 1..8 loop
        begin
            if attempt > 1 then
                perform booking.expire_holds(event_id, quantity);
            end if;
            select * into intent_id, ticket_nos, hold_expires_at
                from booking.hold(event_id, user_id, quantity, hold_for, request_key);
            if request_key is not null then
                perform booking.keep_request_key(user_id, request_key, intent_id);
            end if;
            outcome := 'held';
            return;
        exception
            when sqlstate 'BK000' then
                null;
            when unique_violation then  -- the same request was answered meanwhile
                select * into intent_id, ticket_nos, hold_expires_at
                    from booking.first_answer(event_id, user_id, quantity, hold_for, request_key);
                if intent_id is null then
                    raise;
                end if;
                outcome := 'held';
                return;
            when lock_not_available then  -- the same request is being answered, and that takes long
                exit;
        end;
        if booking.count_left(event_id, quantity) < quantity then
            outcome := 'sold_out';
            exit;
        end if;
        perform pg_sleep(0.002 * (attempt - 1) * random());
    end loop;
    outcome := coalesce(outcome, 'contended');
    intent_id := null;
    ticket_nos := null;
    hold_expires_at := null;
end $$;
