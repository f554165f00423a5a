-- Puts event 1 on sale: one product, one quota.
truncate pretix.event, pretix.item, pretix.itemcategory, pretix.itemvariation, pretix.itemaddon, pretix.itembundle,
    pretix.discount, pretix.quota, pretix.quota_items, pretix.quota_variations, pretix.voucher, pretix.waitinglistentry,
    pretix.cartposition, pretix."order", pretix.orderposition restart identity;
insert into pretix.event (name) values ('sale'), ('past');
insert into pretix.item (event_id, name, default_price) values (1, 'standing', 0), (2, 'standing', 0);
insert into pretix.quota (event_id, name, size) values (1, 'all', %(tickets)s), (2, 'all', 2000);
insert into pretix.quota_items (quota_id, item_id) values (1, 1), (2, 2);
-- A past event, sold out, and carts abandoned long ago: with them, the planner knows its tables as those of a shop in
-- use, and reads them by index.
insert into pretix."order"
    (event_id, organizer_id, code, status, email, secret, datetime, expires, last_modified, total)
    select 2, 1, 'P' || upper(to_hex(no)), 'p', 'early@example.org', left(md5(random()::text), 16),
        now() - interval '3 days', now() + interval '11 days', now() - interval '3 days', 0
    from generate_series(1, 2000) as no;
insert into pretix.orderposition
    (order_id, organizer_id, positionid, item_id, price, tax_rate, tax_value, secret, web_secret,
        pseudonymization_id, canceled)
    select o.id, 1, 1, 2, 0, 0, 0, md5(o.code), left(md5(random()::text), 16), o.code, false
    from pretix."order" as o order by o.id;
insert into pretix.cartposition
    (event_id, cart_id, datetime, expires, item_id, is_bundled, price, listed_price, price_after_voucher,
        line_price_gross, tax_rate)
    select 1, md5(random()::text) || '@', now() - interval '3 days', now() - interval '3 days', 1, false, 0, 0, 0, 0, 0
    from generate_series(1, 2000);
analyze pretix.event, pretix.item, pretix.itemcategory, pretix.itemvariation, pretix.itemaddon, pretix.itembundle,
    pretix.discount, pretix.quota, pretix.quota_items, pretix.quota_variations, pretix.voucher, pretix.waitinglistentry,
    pretix.cartposition, pretix."order", pretix.orderposition;
