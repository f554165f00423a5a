-- The first tickets are sold: each was in a cart, and ordered and paid for.
insert into pretix."order"
    (event_id, organizer_id, code, status, email, secret, datetime, expires, last_modified, total)
    select 1, 1, upper(to_hex(no)), 'p', 'early@example.org', left(md5(random()::text), 16), now(),
        now() + interval '14 days', now(), 0
    from generate_series(1, %(sold)s) as no;
insert into pretix.orderposition
    (order_id, organizer_id, positionid, item_id, price, tax_rate, tax_value, secret, web_secret,
        pseudonymization_id, canceled)
    select o.id, 1, 1, 1, 0, 0, 0, md5(o.code), left(md5(random()::text), 16), o.code, false
    from pretix."order" as o where o.event_id = 1 order by o.id;
analyze pretix."order", pretix.orderposition;
