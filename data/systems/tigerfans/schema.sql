-- TigerFans, with PostgreSQL for all: a demonstration of a ticket shop (Python, SQLAlchemy, asyncpg).
--
-- source: github.com/renerocksai/tigerfans at 9b47d921 (22 September 2025); written anew from its accounting and
--   payment session back ends for PostgreSQL and its server.
-- claims: in one transaction at READ COMMITTED, without a lock, reads the capacity of the class, sums what is sold
--   and what is held, and inserts a hold if the capacity is greater; the same for a gift that the first buyers get.
--   A second transaction saves the payment session. 14 round trips. Sold out: eight, or 12 where there are gifts
--   left and one is given back.
-- Two buyers can read the same sums: it sells more tickets than there are, by its design.
-- expires: at once, by the application's clock; a hold past its deadline (5 minutes) is not summed. A payment after
--   that buys again without a hold, if there is capacity.
-- leaves out, each in its favour: the gate of ten of its pool, which lets no more of its buyers into the database;
--   the second class of tickets; the payment provider.
-- A ticket is a number: there are no rows for those that nobody has. inventory.sql numbers them.

create schema tigerfans;

create table tigerfans.resources (
    name text primary key, -- 'class_a', 'goodie'
    capacity bigint not null check (capacity >= 0)
);

create table tigerfans.holds (
    id bigserial primary key,
    resource text not null references tigerfans.resources on delete restrict,
    qty int not null check (qty > 0),
    status text not null check (status in ('pending', 'posted', 'voided')),
    expires_at double precision, -- seconds since 1970, as all its times
    created_at double precision not null
);
create index holds_resource_status on tigerfans.holds (resource, status);
create index holds_pending on tigerfans.holds (resource, status, expires_at) where status = 'pending';

create table tigerfans.payment_sessions_hot (
    psid text primary key,
    order_id text not null,
    cls text not null,
    qty int not null,
    amount int not null,
    currency text not null,
    customer_email text not null,
    try_goodie boolean not null,
    tb_transfer_id text, -- the hold of the ticket
    goodie_tb_transfer_id text, -- the hold of the gift
    pg_reservation_id text,
    created_at double precision not null,
    expires_at double precision not null
);
create index payment_sessions_hot_created_at on tigerfans.payment_sessions_hot (created_at desc);

create table tigerfans.payment_sessions_pending (
    psid text primary key,
    created_at double precision not null
);

create table tigerfans.idempotency_keys (
    key text primary key,
    created_at timestamptz not null default now()
);

create table tigerfans.fulfillment_gates (
    psid text primary key,
    created_at timestamptz not null default now()
);

create table tigerfans.orders (
    id text primary key,
    tb_transfer_id text not null unique,
    goodie_tb_transfer_id text not null unique,
    try_goodie boolean not null,
    cls text not null,
    qty int not null,
    amount int not null,
    currency text not null,
    customer_email text not null,
    status text not null,
    created_at double precision not null,
    paid_at double precision,
    ticket_code text unique,
    got_goodie boolean not null,
    payment_intent_id text,
    charge_id text
);
