-- The plain transaction of an application: the statements of a reservation one by one, on a schema with constraints.
--
-- source: none; this is what an application that speaks SQL does.
-- claims: begin; select the first available ticket in order, FOR UPDATE SKIP LOCKED; update it; insert an intent;
--   commit. Five round trips, three if it is sold out: begin, select, rollback.
-- expires: by a job of the application (sweep.sql), perhaps every minute. Until it has run, a ticket past its
--   deadline cannot be reserved: there is no state_expired.sql.
-- leaves out: idempotent requests, quantities, a bound on what one call reads. A ticket that another open
--   transaction has locked is skipped, so that the last tickets can seem sold out.

create schema plain_transaction;

create table plain_transaction.events (
    id bigint primary key,
    name text not null,
    capacity int not null check (capacity > 0)
);

create table plain_transaction.tickets (
    id bigint generated always as identity primary key,
    event_id bigint not null references plain_transaction.events,
    ticket_no int not null check (ticket_no > 0),
    status text not null default 'available' check (status in ('available', 'held', 'sold')),
    held_by text,
    hold_expires_at timestamptz,
    unique (event_id, ticket_no),
    check ((status = 'available') = (held_by is null)),
    check ((status = 'held') = (hold_expires_at is not null))
);

create index tickets_available on plain_transaction.tickets (event_id, ticket_no) where status = 'available';

create table plain_transaction.intents (
    id bigint generated always as identity primary key,
    ticket_id bigint not null references plain_transaction.tickets,
    buyer text not null,
    status text not null default 'pending' check (status in ('pending', 'confirmed', 'expired', 'released')),
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    confirmed_at timestamptz,
    check ((status = 'confirmed') = (confirmed_at is not null))
);

-- One live intent for each ticket.
create unique index intents_live on plain_transaction.intents (ticket_id) where status in ('pending', 'confirmed');
-- For the job.
create index intents_due on plain_transaction.intents (expires_at) where status = 'pending';
