-- bn-api: the back end of a ticketing company (Rust, Diesel).
--
-- source: bn-api of Big Neon at 6fbf05bf (2020), from the copy github.com/taritom/bn-api; written anew from its
--   orders, order items and ticket instances, its queries and its migrations.
-- claims: makes a cart and its line, then in one UPDATE takes any ticket that is available or past its deadline, FOR
--   UPDATE SKIP LOCKED, in no order: 22 round trips in one transaction at READ COMMITTED. Sold out: the claim finds
--   too few, and the transaction is rolled back, 19 round trips.
-- expires: at once; the claim takes a ticket past its deadline (15 minutes), by the database's clock. No sweeper.
--   The payment of a cart past its deadline is checked once, before the tickets are marked.
-- leaves out, each in its favour: domain events (two rows for each reservation), fees and discounts, the count of
--   all tickets for sold-out triggers, the cart as it is shown, tracking data; payments; the profile of users and
--   its indexes; wallets of buyers (a sold ticket stays in the organizer's).
-- Event 1, its ticket type, its price, its asset and its wallet have the ids ...-1 to ...-5.
-- A buyer needs an account and has one cart: the sale has three accounts for each ticket, and the read of the
--   account that signs in takes one without a cart, from a random one on.

create schema bn_api;

create table bn_api.users (
    id uuid primary key default gen_random_uuid(),
    last_cart_id uuid,
    updated_at timestamp not null default now()
);
create index users_id on bn_api.users (id);
create index users_last_cart_id on bn_api.users (last_cart_id);

create table bn_api.orders (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references bn_api.users,
    status text not null, -- 'Draft', 'Paid' and others
    order_type text not null,
    order_date timestamp not null default now(),
    expires_at timestamp,
    version bigint not null default 0,
    on_behalf_of_user_id uuid references bn_api.users,
    settlement_id uuid,
    box_office_pricing boolean not null default false,
    paid_at timestamp,
    created_at timestamp not null default now(),
    updated_at timestamp not null default now()
);
create index orders_user_id on bn_api.orders (user_id);
create index orders_on_behalf_of_user_id on bn_api.orders (on_behalf_of_user_id);
create index orders_settlement_id on bn_api.orders (settlement_id);
alter table bn_api.users add foreign key (last_cart_id) references bn_api.orders;

create table bn_api.events (
    id uuid primary key default gen_random_uuid(),
    name text not null,
    status text not null,
    event_end timestamp,
    cancelled_at timestamp,
    deleted_at timestamp
);

create table bn_api.ticket_types (
    id uuid primary key default gen_random_uuid(),
    event_id uuid not null references bn_api.events on delete cascade,
    name text not null,
    status text not null,
    increment int not null default 1,
    limit_per_person int not null default 0,
    rank int not null default 0
);
create index ticket_types_event_id on bn_api.ticket_types (event_id);

create table bn_api.ticket_pricing (
    id uuid primary key default gen_random_uuid(),
    ticket_type_id uuid not null references bn_api.ticket_types on delete cascade,
    status text not null,
    price_in_cents bigint not null,
    start_date timestamp not null,
    end_date timestamp not null,
    is_box_office_only boolean not null default false,
    check (start_date < end_date)
);
create index ticket_pricing_ticket_type_id on bn_api.ticket_pricing (ticket_type_id);
create index ticket_pricing_box_office on bn_api.ticket_pricing (is_box_office_only);

create table bn_api.assets (
    id uuid primary key default gen_random_uuid(),
    ticket_type_id uuid not null references bn_api.ticket_types,
    status text not null
);
create unique index assets_ticket_type_id on bn_api.assets (ticket_type_id);

create table bn_api.wallets (
    id uuid primary key default gen_random_uuid(),
    user_id uuid references bn_api.users,
    name text not null
);
create index wallets_user_id on bn_api.wallets (user_id);

create table bn_api.holds (
    id uuid primary key default gen_random_uuid()
);

create table bn_api.codes (
    id uuid primary key default gen_random_uuid(),
    code_type text not null,
    deleted_at timestamp
);

create table bn_api.ticket_type_codes (
    id uuid primary key default gen_random_uuid(),
    ticket_type_id uuid not null references bn_api.ticket_types,
    code_id uuid not null references bn_api.codes
);

-- Whether the quantity is a multiple of what the ticket type allows.
create function bn_api.quantity_in_increments(item_type text, quantity bigint, pricing uuid) returns boolean
language plpgsql as $$
begin
    return (
        select item_type <> 'Tickets' or mod(quantity, tt.increment) = 0
        from bn_api.ticket_pricing as tp join bn_api.ticket_types as tt on tt.id = tp.ticket_type_id
        where tp.id = pricing
    );
end $$;

-- Whether a ticket type that needs an access code has the right one.
create function bn_api.valid_for_access_code(ticket_type uuid, code uuid) returns boolean language plpgsql as $$
begin
    return (
        select needed.ticket_type_id is null or given.id is not null
        from bn_api.ticket_types as tt
        left join (
            select ttc.ticket_type_id
            from bn_api.ticket_type_codes as ttc join bn_api.codes as c on c.id = ttc.code_id
            where c.code_type = 'Access' and c.deleted_at is null and ttc.ticket_type_id = ticket_type
            group by ttc.ticket_type_id
        ) as needed on needed.ticket_type_id = tt.id
        left join bn_api.ticket_type_codes as given on given.ticket_type_id = tt.id and given.code_id = code
        where tt.id = ticket_type
    );
end $$;

create table bn_api.order_items (
    id uuid primary key default gen_random_uuid(),
    order_id uuid not null references bn_api.orders on delete cascade,
    item_type text not null,
    ticket_type_id uuid references bn_api.ticket_types,
    event_id uuid references bn_api.events,
    quantity bigint not null,
    unit_price_in_cents bigint not null,
    ticket_pricing_id uuid references bn_api.ticket_pricing,
    fee_schedule_range_id uuid,
    parent_id uuid references bn_api.order_items,
    hold_id uuid references bn_api.holds,
    code_id uuid references bn_api.codes,
    company_fee_in_cents bigint not null default 0,
    client_fee_in_cents bigint not null default 0,
    refunded_quantity bigint not null default 0,
    created_at timestamp not null default now(),
    updated_at timestamp not null default now(),
    check (ticket_type_id is not null or item_type <> 'Tickets'),
    check (bn_api.quantity_in_increments(item_type, quantity, ticket_pricing_id)),
    check (bn_api.valid_for_access_code(ticket_type_id, code_id))
);
create index order_items_order_id on bn_api.order_items (order_id);
create index order_items_ticket_type_id on bn_api.order_items (ticket_type_id);
create index order_items_event_id on bn_api.order_items (event_id);
create index order_items_ticket_pricing_id on bn_api.order_items (ticket_pricing_id);
create index order_items_fee_schedule_range_id on bn_api.order_items (fee_schedule_range_id);
create index order_items_parent_id on bn_api.order_items (parent_id);
create index order_items_hold_id on bn_api.order_items (hold_id);
create index order_items_code_id on bn_api.order_items (code_id);

create table bn_api.ticket_instances (
    id uuid primary key default gen_random_uuid(),
    asset_id uuid not null references bn_api.assets,
    token_id int not null,
    hold_id uuid references bn_api.holds,
    order_item_id uuid references bn_api.order_items,
    wallet_id uuid not null references bn_api.wallets,
    reserved_until timestamp,
    redeem_key text,
    status text not null default 'Available', -- 'Available', 'Reserved', 'Purchased' and others
    check_in_source text,
    parent_id uuid references bn_api.ticket_instances,
    listing_id uuid,
    created_at timestamp not null default now(),
    updated_at timestamp not null default now()
);
create index ticket_instances_asset_id on bn_api.ticket_instances (asset_id);
create index ticket_instances_order_item_id on bn_api.ticket_instances (order_item_id);
create index ticket_instances_hold_id on bn_api.ticket_instances (hold_id);
create index ticket_instances_asset_id_token_id on bn_api.ticket_instances (asset_id, token_id);
create index ticket_instances_redeem_key on bn_api.ticket_instances (redeem_key);
create index ticket_instances_wallet_id on bn_api.ticket_instances (wallet_id);
create index ticket_instances_check_in_source on bn_api.ticket_instances (check_in_source);
create index ticket_instances_listing_id on bn_api.ticket_instances (listing_id);
