-- One buyer puts one ticket into a new cart: 22 round trips.
\set ticket 0
\set made 0
\set mine 0
begin;
-- The account that signs in: from a random one on, the first without a cart.
select u.id as buyer, u.updated_at as changed from bn_api.users as u
    where u.id = coalesce(
        (
            select a.id from bn_api.users as a
            where a.id >= (select gen_random_uuid()) and a.last_cart_id is null
            order by a.id
            limit 1
        ),
        (select a.id from bn_api.users as a where a.last_cart_id is null order by a.id limit 1)
    ) \gset
-- Does it have a cart?
select o.* from bn_api.users as u join bn_api.orders as o on o.id = u.last_cart_id
    where u.id = :buyer and o.user_id = :buyer and o.status = 'Draft' and o.order_type = 'Cart'
        and (o.expires_at is null or o.expires_at >= now())
    limit 1;
insert into bn_api.orders (user_id, status, expires_at, order_type)
    select :buyer, 'Draft', null, 'Cart'
    where not exists (
        select from bn_api.orders as o
        where o.user_id = :buyer and o.status = 'Draft' and o.order_type = 'Cart' and o.expires_at > now()
    )
    returning id as cart, 1 as made \aset
\if :made > 0
update bn_api.users set last_cart_id = :cart, updated_at = now()
    where id = :buyer and updated_at = :changed and last_cart_id is null
    returning 1 as mine \aset
\endif
-- Two carts at once for one account are an error.
\if :mine > 0
select * from bn_api.orders where id = :cart;
-- Is the event on sale?
select count(tt.id) from bn_api.ticket_types as tt join bn_api.events as e on e.id = tt.event_id
    where tt.id = '00000000-0000-0000-0000-000000000002' and e.status <> 'Draft' and e.cancelled_at is null
        and e.deleted_at is null and (e.event_end is null or e.event_end >= now()) and tt.status <> 'Cancelled';
-- The cart's version is its lock.
update bn_api.orders set version = 1, updated_at = now() where id = :cart and version = 0;
select i.* from bn_api.order_items as i left join bn_api.ticket_types as tt on tt.id = i.ticket_type_id
    where i.order_id = :cart order by i.event_id, tt.rank, tt.name, i.item_type;
select * from bn_api.ticket_types where id = '00000000-0000-0000-0000-000000000002';
update bn_api.orders set expires_at = now() + interval '15 minutes', updated_at = now()
    where id = :cart and version = 1 and coalesce(expires_at, 'infinity') > now();
select i.* from bn_api.order_items as i left join bn_api.ticket_types as tt on tt.id = i.ticket_type_id
    where i.order_id = :cart order by i.event_id, tt.rank, tt.name, i.item_type;
select * from bn_api.ticket_pricing
    where ticket_type_id = '00000000-0000-0000-0000-000000000002' and status = 'Published'
        and start_date <= now() and end_date > now() and is_box_office_only = false;
select * from bn_api.ticket_types where id = '00000000-0000-0000-0000-000000000002';
-- The two checks of the line, asked for before its insert makes them again.
select bn_api.quantity_in_increments('Tickets', 1, '00000000-0000-0000-0000-000000000003');
select bn_api.valid_for_access_code('00000000-0000-0000-0000-000000000002', null);
insert into bn_api.order_items
    (order_id, item_type, quantity, ticket_type_id, ticket_pricing_id, event_id, unit_price_in_cents)
    values (:cart, 'Tickets', 1, '00000000-0000-0000-0000-000000000002', '00000000-0000-0000-0000-000000000003',
        '00000000-0000-0000-0000-000000000001', 0)
    returning id as item \gset
with taken as (
    select t.id from bn_api.ticket_instances as t join bn_api.assets as a on a.id = t.asset_id
    where ((t.status = 'Reserved' and t.reserved_until < now()) or t.status = 'Available')
        and a.ticket_type_id = '00000000-0000-0000-0000-000000000002' and t.parent_id is null
        and coalesce(t.hold_id, '00000000-0000-0000-0000-000000000000')
            = coalesce(null, '00000000-0000-0000-0000-000000000000'::uuid)
    limit 1
    for update of t skip locked
)
update bn_api.ticket_instances as t
    set order_item_id = :item, reserved_until = now() + interval '15 minutes', status = 'Reserved', updated_at = now()
    from taken where t.id = taken.id
    returning t.token_id as ticket \aset
\endif
\if :ticket > 0
select i.* from bn_api.order_items as i left join bn_api.ticket_types as tt on tt.id = i.ticket_type_id
    where i.order_id = :cart order by i.event_id, tt.rank, tt.name, i.item_type;
-- The limit of tickets for one account.
select count(t.id) from bn_api.orders as o
    join bn_api.order_items as i on i.order_id = o.id
    join bn_api.ticket_instances as t on t.order_item_id = i.id
    where ((o.user_id = :buyer and o.on_behalf_of_user_id is null) or o.on_behalf_of_user_id = :buyer)
        and i.ticket_type_id = '00000000-0000-0000-0000-000000000002'
        and (t.status = 'Purchased' or (t.status = 'Reserved' and t.reserved_until > now()));
-- A cart is for one event.
select count(distinct event_id) from bn_api.order_items where order_id = :cart and event_id is not null;
commit;
\else
rollback;
\endif
