-- Plain SKIP LOCKED: one PL/pgSQL function that takes the lowest available ticket, on two tables of its own.
--
-- source: none; this is what a careful engineer writes first.
-- claims: select the first available ticket in order, FOR UPDATE SKIP LOCKED; insert an intent; update the ticket.
--   One round trip, three statements.
-- expires: never. A deadline is written, and nobody reads it; so there is no state_expired.sql.
-- leaves out: constraints, foreign keys, idempotent requests, quantities, a bound on what one call reads. A ticket
--   that another open transaction has locked is skipped, so that the last tickets can seem sold out.

create schema skip_locked_function;

create table skip_locked_function.tickets (
    event_id bigint not null,
    ticket_no int not null,
    status text not null default 'available', -- 'available', 'held', 'sold'
    intent_id bigint,
    held_by text,
    hold_expires_at timestamptz,
    primary key (event_id, ticket_no)
) with (fillfactor = 80);

create index tickets_available on skip_locked_function.tickets (event_id, ticket_no) where status = 'available';

create table skip_locked_function.intents (
    id bigint generated always as identity primary key,
    event_id bigint not null,
    ticket_no int not null,
    buyer text not null,
    status text not null default 'pending', -- 'pending', 'confirmed', 'released'
    created_at timestamptz not null default now(),
    expires_at timestamptz not null
);

-- Reserves one ticket; the intent's id, or null if none was found.
create function skip_locked_function.reserve(event bigint, buyer text) returns bigint language plpgsql as $$
declare
    no int;
    intent bigint;
begin
    select t.ticket_no into no from skip_locked_function.tickets as t
        where t.event_id = event and t.status = 'available'
        order by t.ticket_no
        limit 1
        for update skip locked;
    if not found then
        return null;
    end if;
    insert into skip_locked_function.intents (event_id, ticket_no, buyer, expires_at)
        values (event, no, buyer, now() + interval '5 minutes')
        returning id into intent;
    update skip_locked_function.tickets as t
        set status = 'held', intent_id = intent, held_by = buyer, hold_expires_at = now() + interval '5 minutes'
        where t.event_id = event and t.ticket_no = no;
    return intent;
end $$;

-- Sells the ticket of a pending intent.
create function skip_locked_function.confirm(intent bigint) returns boolean language plpgsql as $$
declare
    held record;
begin
    update skip_locked_function.intents as i set status = 'confirmed' where i.id = intent and i.status = 'pending'
        returning i.event_id, i.ticket_no into held;
    if not found then
        return false;
    end if;
    update skip_locked_function.tickets as t set status = 'sold', hold_expires_at = null
        where t.event_id = held.event_id and t.ticket_no = held.ticket_no;
    return true;
end $$;

-- Gives back the ticket of a pending intent.
create function skip_locked_function.release(intent bigint) returns boolean language plpgsql as $$
declare
    held record;
begin
    update skip_locked_function.intents as i set status = 'released' where i.id = intent and i.status = 'pending'
        returning i.event_id, i.ticket_no into held;
    if not found then
        return false;
    end if;
    update skip_locked_function.tickets as t
        set status = 'available', intent_id = null, held_by = null, hold_expires_at = null
        where t.event_id = held.event_id and t.ticket_no = held.ticket_no;
    return true;
end $$;
