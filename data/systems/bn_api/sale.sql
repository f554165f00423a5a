-- Puts event 1 on sale: one ticket type, free of charge, and three accounts for each ticket.
truncate bn_api.users, bn_api.orders, bn_api.events, bn_api.ticket_types, bn_api.ticket_pricing, bn_api.assets,
    bn_api.wallets, bn_api.holds, bn_api.codes, bn_api.ticket_type_codes, bn_api.order_items, bn_api.ticket_instances;
insert into bn_api.users (id) select gen_random_uuid() from generate_series(1, 3 * %(tickets)s);
insert into bn_api.events (id, name, status, event_end)
    values ('00000000-0000-0000-0000-000000000001', 'sale', 'Published', now() + interval '1 day');
insert into bn_api.ticket_types (id, event_id, name, status)
    values ('00000000-0000-0000-0000-000000000002', '00000000-0000-0000-0000-000000000001', 'standing', 'Published');
insert into bn_api.ticket_pricing (id, ticket_type_id, status, price_in_cents, start_date, end_date)
    values ('00000000-0000-0000-0000-000000000003', '00000000-0000-0000-0000-000000000002', 'Published', 0,
        now() - interval '1 day', now() + interval '1 day');
insert into bn_api.assets (id, ticket_type_id, status)
    values ('00000000-0000-0000-0000-000000000004', '00000000-0000-0000-0000-000000000002', 'Synced');
insert into bn_api.wallets (id, name) values ('00000000-0000-0000-0000-000000000005', 'organizer');
insert into bn_api.ticket_instances (asset_id, token_id, wallet_id)
    select '00000000-0000-0000-0000-000000000004', no, '00000000-0000-0000-0000-000000000005'
    from generate_series(1, %(tickets)s) as no;
-- Carts abandoned long ago, whose tickets others have had since: with them, the planner knows its tables as those of a
-- shop in use, and reads them by index.
create temporary table past on commit drop as
    select gen_random_uuid() as user_id, gen_random_uuid() as order_id from generate_series(1, 2000);
insert into bn_api.users (id) select user_id from past;
insert into bn_api.orders (id, user_id, status, order_type, expires_at, version, created_at)
    select order_id, user_id, 'Draft', 'Cart', now() - interval '3 days', 1, now() - interval '3 days' from past;
insert into bn_api.order_items
    (order_id, item_type, ticket_type_id, event_id, quantity, unit_price_in_cents, ticket_pricing_id, created_at)
    select order_id, 'Tickets', '00000000-0000-0000-0000-000000000002', '00000000-0000-0000-0000-000000000001', 1, 0,
        '00000000-0000-0000-0000-000000000003', now() - interval '3 days'
    from past;
analyze bn_api.users, bn_api.orders, bn_api.events, bn_api.ticket_types, bn_api.ticket_pricing, bn_api.assets,
    bn_api.wallets, bn_api.holds, bn_api.codes, bn_api.ticket_type_codes, bn_api.order_items, bn_api.ticket_instances;
