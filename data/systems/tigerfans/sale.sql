-- Puts event 1 on sale: one class of tickets; the first 100,000 buyers get a gift.
truncate tigerfans.resources, tigerfans.holds, tigerfans.payment_sessions_hot, tigerfans.payment_sessions_pending,
    tigerfans.idempotency_keys, tigerfans.fulfillment_gates, tigerfans.orders restart identity;
insert into tigerfans.resources (name, capacity) values ('class_a', %(tickets)s), ('goodie', 100000),
    ('class_b', 2000);
-- Another class, sold out before: with it, the planner knows its tables as those of a shop in use, and reads them by
-- index.
-- The numbers of its holds are below 0, so that those of the sale begin with 1.
create temporary table past on commit drop as
    select -no as hold, gen_random_uuid()::text as psid, extract(epoch from now() - interval '3 days') as sold_at
    from generate_series(1, 2000) as no;
insert into tigerfans.holds (id, resource, qty, status, expires_at, created_at)
    select hold, 'class_b', 1, 'posted', null, sold_at from past;
insert into tigerfans.payment_sessions_hot
    (psid, order_id, cls, qty, amount, currency, customer_email, try_goodie, tb_transfer_id, goodie_tb_transfer_id,
        created_at, expires_at)
    select psid, gen_random_uuid()::text, 'B', 1, 3500, 'eur', 'early@example.org', false, hold::text, '0', sold_at,
        sold_at + 360
    from past;
insert into tigerfans.fulfillment_gates (psid) select psid from past;
insert into tigerfans.idempotency_keys (key) select gen_random_uuid()::text from past;
analyze tigerfans.resources, tigerfans.holds, tigerfans.payment_sessions_hot, tigerfans.payment_sessions_pending,
    tigerfans.idempotency_keys, tigerfans.fulfillment_gates, tigerfans.orders;
