-- The lean system: the least that a reservation writes, on two plain tables; the baseline that rates are compared to.

-- name: schema
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

-- name: available
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

-- name: sale
-- Puts an event on sale.
insert into lean.tickets (event_id, ticket_no) select 1, n from generate_series(1, %(tickets)s) as n;
insert into lean.refusals (event_id, reason) values (1, 'sold_out');
select 1;

-- name: state_sold
-- Sells the tickets of the lowest numbers, ten to an intent.
insert into lean.intents (event_id, user_id, quantity, status, expires_at, confirmed_at)
select 1, 'buyer', 10, 'confirmed', now() + interval '5 minutes', now() from generate_series(1, %(sold)s, 10);
update lean.tickets set status = 'sold', held_by = 'buyer', intent_id = (ticket_no + 9) / 10 where ticket_no <= %(sold)s;

-- name: state_returned
-- Holds every ticket, and gives every ticket back.
insert into lean.intents (event_id, user_id, quantity, status, expires_at)
select 1, 'buyer', 1, 'released', now() + interval '5 minutes' from lean.tickets;
update lean.tickets set status = 'held', held_by = 'buyer', hold_expires_at = now() + interval '5 minutes';
update lean.tickets set status = 'available', held_by = null, hold_expires_at = null;

-- name: held
-- How many calls were answered with tickets until now.
select count(*) from lean.intents

-- name: reserve
-- A call of pgbench: the two writes, the number given.
\set no :first + :client_id + :clients * (:number - 1) + 1
select lean.hold(:event, :no, 'user' || :client_id);

-- name: refuse
-- A call of pgbench: a refusal, which reads one row.
select lean.refuse(:event);

-- name: skip_locked
-- A call of pgbench: plain ordered SKIP LOCKED.
select lean.skip_locked(:event, 'user' || :client_id);

-- name: random_start
-- A call of pgbench: SKIP LOCKED from a random start.
select lean.random_start(:event, :tickets, 'user' || :client_id);
