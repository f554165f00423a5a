-- The first tickets are sold: each was held, and paid for.
create temporary table held on commit drop as
    select no, no <= g.capacity as gift, gen_random_uuid()::text as psid
    from generate_series(1, %(sold)s) as no, tigerfans.resources as g where g.name = 'goodie';
insert into tigerfans.holds (resource, qty, status, expires_at, created_at)
    select 'class_a', 1, 'pending', extract(epoch from now()) + 300, extract(epoch from now()) from held order by no;
insert into tigerfans.holds (resource, qty, status, expires_at, created_at)
    select 'goodie', 1, 'pending', extract(epoch from now()) + 300, extract(epoch from now())
    from held where gift order by no;
insert into tigerfans.payment_sessions_hot
    (psid, order_id, cls, qty, amount, currency, customer_email, try_goodie, tb_transfer_id, goodie_tb_transfer_id,
        created_at, expires_at)
    select psid, gen_random_uuid()::text, 'A', 1, 6500, 'eur', 'early@example.org', gift, no::text,
        case when gift then ((select count(*) from held) + no)::text else '0' end, extract(epoch from now()),
        extract(epoch from now()) + 360
    from held order by no;
insert into tigerfans.payment_sessions_pending (psid, created_at)
    select psid, extract(epoch from now()) from held order by no;
update tigerfans.holds set status = 'posted', expires_at = null where status = 'pending';
delete from tigerfans.payment_sessions_pending;
insert into tigerfans.fulfillment_gates (psid) select psid from held order by no;
insert into tigerfans.idempotency_keys (key) select gen_random_uuid()::text from held;
insert into tigerfans.orders
    (id, tb_transfer_id, goodie_tb_transfer_id, try_goodie, cls, qty, amount, currency, customer_email, status,
        created_at, paid_at, ticket_code, got_goodie)
    select h.order_id, h.tb_transfer_id, h.goodie_tb_transfer_id, h.try_goodie, h.cls, h.qty, h.amount, h.currency,
        h.customer_email, 'PAID', h.created_at, h.created_at, 'TCK-' || left(md5(h.psid), 10), h.try_goodie
    from tigerfans.payment_sessions_hot as h
    where h.cls = 'A'
    on conflict do nothing; -- of all orders without a gift, its schema takes one
analyze tigerfans.holds, tigerfans.payment_sessions_hot, tigerfans.payment_sessions_pending,
    tigerfans.fulfillment_gates, tigerfans.idempotency_keys, tigerfans.orders;
