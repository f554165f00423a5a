-- Every ticket is in a cart past its deadline.
create temporary table held on commit drop as
    select t.id as ticket_id, gen_random_uuid() as order_id, gen_random_uuid() as item_id, u.id as user_id
    from (select id, token_id from bn_api.ticket_instances) as t
    join (select id, row_number() over () as no from bn_api.users) as u on u.no = t.token_id;
insert into bn_api.orders (id, user_id, status, order_type, expires_at, version)
    select order_id, user_id, 'Draft', 'Cart', now() - interval '1 minute', 1 from held;
update bn_api.users as u set last_cart_id = h.order_id from held as h where u.id = h.user_id;
insert into bn_api.order_items
    (id, order_id, item_type, ticket_type_id, event_id, quantity, unit_price_in_cents, ticket_pricing_id)
    select item_id, order_id, 'Tickets', '00000000-0000-0000-0000-000000000002',
        '00000000-0000-0000-0000-000000000001', 1, 0, '00000000-0000-0000-0000-000000000003'
    from held;
update bn_api.ticket_instances as t
    set order_item_id = h.item_id, reserved_until = now() - interval '1 minute', status = 'Reserved'
    from held as h where t.id = h.ticket_id;
analyze bn_api.users, bn_api.orders, bn_api.order_items, bn_api.ticket_instances;
