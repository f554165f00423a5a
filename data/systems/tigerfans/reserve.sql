-- One buyer checks out one ticket: 14 round trips in two transactions.
begin;
select capacity from tigerfans.resources where name = 'class_a' \gset
select coalesce(sum(qty), 0) as sold from tigerfans.holds where resource = 'class_a' and status = 'posted' \gset
select coalesce(sum(qty), 0) as held from tigerfans.holds
    where resource = 'class_a' and status = 'pending'
        and (expires_at is null or expires_at > extract(epoch from now())) \gset
\set has_ticket :capacity - :sold - :held >= 1
\set ticket 0
\if :has_ticket
insert into tigerfans.holds (resource, qty, status, expires_at, created_at)
    values ('class_a', 1, 'pending', extract(epoch from now()) + 300, extract(epoch from now()))
    returning id as ticket \gset
\endif
select capacity from tigerfans.resources where name = 'goodie' \gset
select coalesce(sum(qty), 0) as sold from tigerfans.holds where resource = 'goodie' and status = 'posted' \gset
select coalesce(sum(qty), 0) as held from tigerfans.holds
    where resource = 'goodie' and status = 'pending'
        and (expires_at is null or expires_at > extract(epoch from now())) \gset
\set has_gift :capacity - :sold - :held >= 1
\set gift 0
\if :has_gift
insert into tigerfans.holds (resource, qty, status, expires_at, created_at)
    values ('goodie', 1, 'pending', extract(epoch from now()) + 300, extract(epoch from now()))
    returning id as gift \gset
\endif
commit;
\if :has_ticket
begin;
insert into tigerfans.payment_sessions_hot
    (psid, order_id, cls, qty, amount, currency, customer_email, try_goodie, tb_transfer_id, goodie_tb_transfer_id,
        pg_reservation_id, created_at, expires_at)
    values (gen_random_uuid()::text, gen_random_uuid()::text, 'A', 1, 6500, 'eur', 'buyer@example.org', :has_gift,
        :ticket, :gift, null, extract(epoch from now()), extract(epoch from now()) + 360)
    on conflict (psid) do update set
        order_id = excluded.order_id, cls = excluded.cls, qty = excluded.qty, amount = excluded.amount,
        currency = excluded.currency, customer_email = excluded.customer_email, try_goodie = excluded.try_goodie,
        tb_transfer_id = excluded.tb_transfer_id, goodie_tb_transfer_id = excluded.goodie_tb_transfer_id,
        pg_reservation_id = excluded.pg_reservation_id, created_at = excluded.created_at,
        expires_at = excluded.expires_at
    returning psid \gset
insert into tigerfans.payment_sessions_pending (psid, created_at) values (:psid, extract(epoch from now()))
    on conflict (psid) do update set created_at = excluded.created_at;
commit;
\else
\if :has_gift
-- The gift of a buyer who gets no ticket is given back.
begin;
update tigerfans.holds set status = 'voided'
    where id = any (array[:gift::bigint]) and status = 'pending'
        and (expires_at is null or expires_at > extract(epoch from now()));
commit;
\endif
\endif
