-- One buyer checks out a cart that costs nothing: 18 round trips.
\set version -1
\set invalid 0
begin;
select o.version, o.user_id as buyer from bn_api.users as u join bn_api.orders as o on o.id = u.last_cart_id
    where o.id = :intent and o.status = 'Draft' and o.order_type = 'Cart'
        and (o.expires_at is null or o.expires_at >= now()) \aset
\if :version >= 0
update bn_api.orders set version = version + 1, updated_at = now() where id = :intent and version = :version;
-- Lines with a ticket that is gone or past its deadline.
select count(distinct i.id) as invalid
    from bn_api.order_items as i
    left join bn_api.ticket_instances as t on t.order_item_id = i.id
    left join (
        select oi.id, count(ti.id) as tickets
        from bn_api.order_items as oi left join bn_api.ticket_instances as ti on ti.order_item_id = oi.id
        where oi.order_id = :intent
        group by oi.id
    ) as counted on counted.id = i.id
    where i.order_id = :intent and i.item_type = 'Tickets'
        and (t.status = 'Nullified' or t.reserved_until < now() or counted.tickets <> i.quantity) \gset
\if :invalid = 0
select id as item from bn_api.order_items where order_id = :intent and item_type = 'Tickets' \gset
select * from bn_api.ticket_instances where order_item_id = :item;
-- The cart is nobody's any more.
select id from bn_api.users where last_cart_id = :intent;
update bn_api.users set last_cart_id = null, updated_at = now() where id = :buyer;
select sum(unit_price_in_cents * quantity) from bn_api.order_items where order_id = :intent;
update bn_api.orders set status = 'Paid', paid_at = now(), updated_at = now() where id = :intent;
select id from bn_api.order_items where order_id = :intent;
select * from bn_api.wallets where user_id = :buyer;
update bn_api.ticket_instances set status = 'Purchased', updated_at = now() where order_item_id = :item
    returning id as ticket, left(md5(random()::text), 9) as key \gset
-- The key of the ticket is to be unique in its event.
select tt.event_id from bn_api.ticket_types as tt join bn_api.assets as a on a.ticket_type_id = tt.id
    join bn_api.ticket_instances as t on t.asset_id = a.id
    where t.id = :ticket;
select exists (
    select from bn_api.ticket_instances as t join bn_api.assets as a on a.id = t.asset_id
    join bn_api.ticket_types as tt on tt.id = a.ticket_type_id
    where t.id <> :ticket and t.redeem_key = :key and tt.event_id = '00000000-0000-0000-0000-000000000001'
);
update bn_api.ticket_instances set redeem_key = :key where id = :ticket;
select t.id from bn_api.ticket_instances as t join bn_api.order_items as i on i.id = t.order_item_id
    where i.order_id = :intent;
commit;
\else
rollback;
\endif
\else
rollback;
\endif
