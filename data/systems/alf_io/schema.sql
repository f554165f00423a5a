-- alf.io: an open source ticket reservation system (Java, JDBC).
--
-- source: github.com/alfio-event/alf.io at 61ee4309 (5 July 2026); written anew from its reservation manager, its
--   repositories and its migrations for PostgreSQL.
-- claims: inserts the reservation, then selects the first free ticket of the category by id, FOR UPDATE SKIP LOCKED,
--   then updates it twice, computes the price, writes the price and an audit row: 22 round trips at READ COMMITTED,
--   of which its driver sends BEGIN together with the first statement. Sold out: the transaction ends after the
--   claim, six round trips.
-- expires: by a job every 30 seconds (sweep.sql), by the application's clock, 10 minutes after the deadline; the
--   tickets become RELEASED, and a second job makes them FREE again. Nobody can reserve a ticket past its deadline
--   before that: so the phase would be a sold-out event, and there is no state_expired.sql.
-- leaves out, each in its favour: the checks of the request before the transaction, among them a count of all free
--   tickets of the category; prices other than 0 and payment methods; discount codes, waiting list, additional
--   services and their texts (where the transaction reads such a table, it is here, and empty); mails, extensions;
--   row level security, whose policies let every public request pass.
-- Its index on the status of tickets: there is none.

create schema alf_io;

create type alf_io.vat_status as enum ('NONE', 'INCLUDED', 'NOT_INCLUDED', 'INCLUDED_EXEMPT', 'NOT_INCLUDED_EXEMPT');

create table alf_io.organization (
    id serial primary key,
    name varchar(255) not null
);

create table alf_io.event (
    id serial primary key,
    short_name varchar(2048) not null unique,
    currency varchar(3),
    vat_included boolean not null,
    vat decimal(5, 2) not null,
    org_id int not null references alf_io.organization
);
create index event_org_id on alf_io.event (org_id);

create table alf_io.ticket_category (
    id serial primary key,
    inception timestamptz not null,
    expiration timestamptz not null,
    max_tickets int not null,
    name varchar(255) not null,
    access_restricted boolean not null,
    tc_status varchar(255),
    event_id int not null references alf_io.event,
    bounded boolean not null default true,
    src_price_cts int not null default 0,
    category_code varchar(255),
    organization_id_fk int not null references alf_io.organization,
    unique (event_id, category_code)
);
create index ticket_category_event_id on alf_io.ticket_category (event_id);

create view alf_io.ticket_category_with_currency as
    select tc.*, e.currency as currency_code
    from alf_io.ticket_category as tc join alf_io.event as e on e.id = tc.event_id;

create table alf_io.subscription (
    id uuid primary key default gen_random_uuid(),
    reservation_id_fk character(36) not null
);

create table alf_io.tickets_reservation (
    id character(36) primary key,
    creation_ts timestamptz,
    validity timestamptz not null,
    status varchar(255) not null,
    user_language varchar(10),
    event_id_fk int references alf_io.event,
    organization_id_fk int not null references alf_io.organization,
    user_id_fk int,
    promo_code_id_fk int,
    subscription_id_fk uuid references alf_io.subscription,
    used_vat_percent decimal(5, 2),
    vat_included boolean,
    vat_status varchar(50),
    vat_nr varchar(255),
    vat_country varchar(2),
    invoice_requested boolean default false,
    full_name varchar(255),
    email_address varchar(255),
    payment_method varchar(255),
    src_price_cts int not null default 0,
    final_price_cts int not null default 0,
    vat_cts int not null default 0,
    discount_cts int not null default 0,
    currency_code varchar(3),
    confirmation_ts timestamptz,
    registration_ts timestamptz,
    metadata jsonb not null default '{}'
);
create index tickets_reservation_promo_code on alf_io.tickets_reservation (promo_code_id_fk);
create index tickets_reservation_subscription on alf_io.tickets_reservation (subscription_id_fk)
    where subscription_id_fk is not null;
create index tickets_reservation_user on alf_io.tickets_reservation (user_id_fk) where user_id_fk is not null;

create table alf_io.ticket (
    id serial primary key,
    uuid character(36) not null unique,
    public_uuid uuid not null unique,
    creation timestamptz not null,
    category_id int references alf_io.ticket_category,
    event_id int not null references alf_io.event,
    organization_id_fk int not null references alf_io.organization,
    status varchar(255) not null, -- 'FREE', 'PENDING', 'ACQUIRED', 'RELEASED' and others
    original_price_cts int not null default 0,
    paid_price_cts int not null default 0,
    tickets_reservation_id character(36) references alf_io.tickets_reservation,
    special_price_id_fk int unique,
    subscription_id_fk uuid references alf_io.subscription,
    full_name varchar(255),
    first_name varchar(255),
    last_name varchar(255),
    email_address varchar(255),
    user_language varchar(10),
    ext_reference varchar(255),
    locked_assignment boolean not null default false,
    reminder_sent boolean not null default false,
    src_price_cts int not null default 0,
    final_price_cts int not null default 0,
    vat_cts int not null default 0,
    discount_cts int not null default 0,
    currency_code varchar(10),
    vat_status alf_io.vat_status,
    tags text[] not null default '{}',
    metadata jsonb not null default '{}',
    check (
        final_price_cts = 0 or vat_status is not null
        or status not in ('PENDING', 'TO_BE_PAID', 'ACQUIRED', 'CHECKED_IN', 'PRE_RESERVED')
    )
);
create index ticket_category_id on alf_io.ticket (category_id);
create index ticket_event_id on alf_io.ticket (event_id);
create index ticket_reservation_id on alf_io.ticket (tickets_reservation_id);
create unique index ticket_reference on alf_io.ticket (event_id, ext_reference);
create index ticket_subscription on alf_io.ticket (subscription_id_fk) where subscription_id_fk is not null;

create table alf_io.additional_service (
    id serial primary key,
    event_id_fk int not null references alf_io.event,
    ordinal int not null
);

create table alf_io.additional_service_item (
    id serial primary key,
    event_id_fk int not null references alf_io.event,
    tickets_reservation_uuid character(36)
);

create table alf_io.auditing (
    reservation_id varchar(512),
    user_id int,
    event_id int,
    event_type varchar(128),
    event_time timestamp not null,
    entity_type varchar(64),
    entity_id varchar(512),
    modifications text,
    organization_id_fk int references alf_io.organization
);
create index auditing_reservation_id on alf_io.auditing (reservation_id);
create index auditing_event_id on alf_io.auditing (event_id);

-- Who owns a row, where the insert does not say so.
create function alf_io.owner_of_audit() returns trigger language plpgsql as $$
begin
    if new.organization_id_fk is null then
        select e.org_id into new.organization_id_fk from alf_io.event as e where e.id = new.event_id;
    end if;
    return new;
end $$;

create trigger owner_of_audit before insert on alf_io.auditing
    for each row execute function alf_io.owner_of_audit();

create function alf_io.owner_of_reservation() returns trigger language plpgsql as $$
begin
    if new.organization_id_fk is null then
        select e.org_id into new.organization_id_fk from alf_io.event as e where e.id = new.event_id_fk;
    end if;
    return new;
end $$;

create trigger owner_of_reservation before insert on alf_io.tickets_reservation
    for each row execute function alf_io.owner_of_reservation();
