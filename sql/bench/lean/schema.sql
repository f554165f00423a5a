-- The lean baseline: the two writes of a reservation on two plain tables with primary keys only, the ticket's number given.

create schema lean;

create table lean.tickets (
    event_id bigint not null,
    ticket_no int not null,
    status text not null default 'available',
    intent_id bigint,
    held_by text,
    hold_expires_at timestamptz,
    primary key (event_id, ticket_no)
) with (fillfactor = 80);  -- room for the second version of a row on the same page

create table lean.intents (
    id bigint generated always as identity primary key,
    event_id bigint not null,
    user_id text not null,
    quantity int not null,
    status text not null default 'pending',
    request_key text,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    confirmed_at timestamptz
);

create table lean.refusals (event_id bigint primary key, reason text not null);

create function lean.hold(event bigint, no int, buyer text) returns bigint language plpgsql as $$
declare
    intent bigint;
    due timestamptz := now() + interval '5 minutes';
begin
    insert into lean.intents (event_id, user_id, quantity, expires_at) values (event, buyer, 1, due) returning id into intent;
    update lean.tickets set status = 'held', intent_id = intent, held_by = buyer, hold_expires_at = due
        where event_id = event and ticket_no = no;
    return intent;
end $$;

-- The least that a refusal can cost: one row, read by its primary key.
create function lean.refuse(event bigint) returns text language plpgsql as $$
declare
    answer text;
begin
    select reason into answer from lean.refusals where event_id = event;
    return answer;
end $$;
