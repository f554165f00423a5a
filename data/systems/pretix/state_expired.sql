-- Every ticket is in a cart past its deadline.
insert into pretix.cartposition
    (event_id, cart_id, datetime, expires, item_id, is_bundled, price, listed_price, price_after_voucher,
        line_price_gross, tax_rate)
    select 1, md5(random()::text) || '@', now(), now() - interval '1 minute', 1, false, 0, 0, 0, 0, 0
    from pretix.quota as q, generate_series(1, q.size) where q.id = 1;
analyze pretix.cartposition;
