-- One buyer empties a cart: 12 round trips.
\set version -1
begin;
select version from bn_api.orders
    where id = :intent and status = 'Draft' and (expires_at is null or expires_at >= now()) \aset
\if :version >= 0
update bn_api.orders set version = version + 1, updated_at = now() where id = :intent and version = :version;
select id as item from bn_api.order_items where order_id = :intent and item_type = 'Tickets' \gset
select * from bn_api.ticket_types where id = '00000000-0000-0000-0000-000000000002';
with given as (
    select t.id from bn_api.ticket_instances as t join bn_api.assets as a on a.id = t.asset_id
    where t.order_item_id = :item and t.status in ('Nullified', 'Reserved')
    limit 1
    for update of t skip locked
)
update bn_api.ticket_instances as t
    set order_item_id = null, reserved_until = null, redeem_key = null, status = 'Available', updated_at = now()
    from given where t.id = given.id
    returning t.*;
delete from bn_api.order_items where parent_id = :item;
delete from bn_api.order_items where id = :item;
select * from bn_api.order_items where order_id = :intent;
-- An empty cart has no deadline.
select * from bn_api.order_items where order_id = :intent;
update bn_api.orders set expires_at = null, updated_at = now()
    where id = :intent and version = :version + 1 and (expires_at is null or expires_at > now());
commit;
\else
rollback;
\endif
