-- Every ticket is in a hold past its deadline.
create temporary table held on commit drop as
    select no, no <= g.capacity as gift, gen_random_uuid()::text as psid
    from (select generate_series(1, capacity) as no from tigerfans.resources where name = 'class_a') as s,
        tigerfans.resources as g
    where g.name = 'goodie';
insert into tigerfans.holds (resource, qty, status, expires_at, created_at)
    select 'class_a', 1, 'pending', extract(epoch from now()) - 60, extract(epoch from now()) from held order by no;
insert into tigerfans.holds (resource, qty, status, expires_at, created_at)
    select 'goodie', 1, 'pending', extract(epoch from now()) - 60, extract(epoch from now())
    from held where gift order by no;
insert into tigerfans.payment_sessions_hot
    (psid, order_id, cls, qty, amount, currency, customer_email, try_goodie, tb_transfer_id, goodie_tb_transfer_id,
        created_at, expires_at)
    select psid, gen_random_uuid()::text, 'A', 1, 6500, 'eur', 'early@example.org', gift, no::text,
        case when gift then ((select count(*) from held) + no)::text else '0' end, extract(epoch from now()),
        extract(epoch from now())
    from held order by no;
insert into tigerfans.payment_sessions_pending (psid, created_at)
    select psid, extract(epoch from now()) from held order by no;
analyze tigerfans.holds, tigerfans.payment_sessions_hot, tigerfans.payment_sessions_pending;
