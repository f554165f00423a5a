-- One buyer puts one ticket into a new cart: 24 round trips. The number of the session is the cart.
\set session random(1, 9000000000000000000)
-- The product, what belongs to it, and its quotas.
select i.*, c.*, count(v.id) as variations
    from pretix.item as i
    left join pretix.itemcategory as c on c.id = i.category_id
    left join pretix.itemvariation as v on v.item_id = i.id
    where i.event_id = 1 and i.id in (1)
    group by i.id, c.id;
select * from pretix.itemaddon where base_item_id in (1);
select * from pretix.itembundle where base_item_id in (1);
select q.*, qi.item_id from pretix.quota as q join pretix.quota_items as qi on qi.quota_id = q.id
    where qi.item_id in (1);
select q.size as size from pretix.quota as q join pretix.quota_items as qi on qi.quota_id = q.id
    where qi.item_id = 1 and q.subevent_id is null \gset
-- What is in the cart: how many, out of their time, past their deadline, with vouchers.
select count(*) from pretix.cartposition where event_id = 1 and cart_id = :session || '@' and addon_to_id is null;
select p.*, i.* from pretix.cartposition as p join pretix.item as i on i.id = p.item_id
    where p.event_id = 1 and p.cart_id = :session || '@';
select p.*, i.* from pretix.cartposition as p join pretix.item as i on i.id = p.item_id
    where p.event_id = 1 and p.cart_id = :session || '@' and p.expires <= now() order by p.is_bundled desc;
select p.*, i.* from pretix.cartposition as p join pretix.item as i on i.id = p.item_id
    where p.event_id = 1 and p.cart_id = :session || '@';
-- What is in the cart stays in it for as long as the new position.
update pretix.cartposition set expires = now() + interval '30 minutes'
    where event_id = 1 and cart_id = :session || '@' and expires > now();
-- now() is the clock before the lock, as in the application.
begin;
set local lock_timeout = 0;
select pg_advisory_xact_lock_shared((1::bigint << 33) | 1), pg_advisory_xact_lock((1::bigint << 33) | 2);
select quota_id, item_id from pretix.quota_items where quota_id in (1);
select quota_id, itemvariation_id from pretix.quota_variations where quota_id in (1);
-- coalesce stands for the application, which reads no row as 0.
select coalesce(sum(found.c), 0) as ordered from (
    select o.status, p.item_id, p.subevent_id, p.variation_id, count(*) as c
    from pretix.orderposition as p join pretix."order" as o on o.id = p.order_id
    where not p.canceled and o.event_id in (1) and o.status in ('p', 'n') and p.subevent_id is null
        and p.variation_id is null and p.item_id in (1)
    group by o.status, p.item_id, p.subevent_id, p.variation_id
) as found \gset
\set left :size - :ordered
\if :left > 0
select v.subevent_id, v.item_id, v.quota_id, v.variation_id, sum(greatest(v.max_usages - v.redeemed, 0))
    from pretix.voucher as v
    where v.event_id in (1) and v.subevent_id is null and v.block_quota
        and (v.valid_until is null or v.valid_until >= now())
        and ((v.variation_id is null and v.item_id in (1)) or v.quota_id in (1))
    group by v.subevent_id, v.item_id, v.quota_id, v.variation_id;
select coalesce(sum(found.c), 0) as carts from (
    select p.item_id, p.subevent_id, p.variation_id, count(*) as c
    from pretix.cartposition as p left join pretix.voucher as v on v.id = p.voucher_id
    where p.event_id in (1) and p.subevent_id is null and p.expires >= now()
        and (p.voucher_id is null or not v.block_quota or v.valid_until < now())
        and p.variation_id is null and p.item_id in (1)
    group by p.item_id, p.subevent_id, p.variation_id
) as found \gset
\set left :left - :carts
\endif
\if :left > 0
select w.item_id, w.subevent_id, w.variation_id, count(*)
    from pretix.waitinglistentry as w
    where w.event_id in (1) and w.voucher_id is null and w.subevent_id is null and w.variation_id is null
        and w.item_id in (1)
    group by w.item_id, w.subevent_id, w.variation_id;
\endif
-- The limits of the product for one cart.
select p.*, i.* from pretix.cartposition as p join pretix.item as i on i.id = p.item_id
    where p.event_id = 1 and p.cart_id = :session || '@';
\if :left > 0
insert into pretix.cartposition
    (event_id, cart_id, datetime, expires, item_id, is_bundled, price, listed_price, price_after_voucher,
        line_price_gross, tax_rate)
    values (1, :session || '@', now(), now() + interval '30 minutes', 1, false, 0, 0, 0, 0, 0)
    returning id;
\endif
commit;
-- The final prices.
select p.*, i.* from pretix.cartposition as p join pretix.item as i on i.id = p.item_id
    where p.event_id = 1 and p.cart_id = :session || '@';
select * from pretix.discount where event_id = 1 and active;
