-- What a claim needs that searches, and the baseline does without: an index of the available tickets.
create index tickets_available on lean.tickets (event_id, ticket_no) where status = 'available';

-- Plain ordered SKIP LOCKED.
create function lean.skip_locked(event bigint, buyer text) returns bigint language plpgsql as $$
declare
    intent bigint;
    no int;
    due timestamptz := now() + interval '5 minutes';
begin
    select ticket_no into no from lean.tickets where event_id = event and status = 'available'
        order by ticket_no limit 1 for update skip locked;
    if not found then
        return null;
    end if;
    insert into lean.intents (event_id, user_id, quantity, expires_at) values (event, buyer, 1, due) returning id into intent;
    update lean.tickets set status = 'held', intent_id = intent, held_by = buyer, hold_expires_at = due
        where event_id = event and ticket_no = no;
    return intent;
end $$;

-- The same from a random number on, and from the lowest where the numbers end.
create function lean.random_start(event bigint, capacity int, buyer text) returns bigint language plpgsql as $$
declare
    intent bigint;
    no int;
    due timestamptz := now() + interval '5 minutes';
    start int := 1 + floor(random() * capacity);
begin
    select ticket_no into no from lean.tickets where event_id = event and status = 'available' and ticket_no >= start
        order by ticket_no limit 1 for update skip locked;
    if not found then
        select ticket_no into no from lean.tickets where event_id = event and status = 'available' and ticket_no < start
            order by ticket_no limit 1 for update skip locked;
    end if;
    if not found then
        return null;
    end if;
    insert into lean.intents (event_id, user_id, quantity, expires_at) values (event, buyer, 1, due) returning id into intent;
    update lean.tickets set status = 'held', intent_id = intent, held_by = buyer, hold_expires_at = due
        where event_id = event and ticket_no = no;
    return intent;
end $$;
