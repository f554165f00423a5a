-- Every ticket was in a cart that was emptied: its rows are deleted.
insert into pretix.cartposition
    (event_id, cart_id, datetime, expires, item_id, is_bundled, price, listed_price, price_after_voucher,
        line_price_gross, tax_rate)
    select 1, md5(random()::text) || '@', now(), now() + interval '30 minutes', 1, false, 0, 0, 0, 0, 0
    from pretix.quota as q, generate_series(1, q.size) where q.id = 1;
delete from pretix.cartposition where event_id = 1 and expires > now();
analyze pretix.cartposition;
