-- The payment of one buyer has succeeded: 17 round trips in five transactions; more if the hold is past its deadline.
\set known 0
\set first 0
\set posted 0
\set gift_posted 0
begin;
select *, 1 as known from tigerfans.payment_sessions_hot where psid = :intent \aset
commit;
\if :known > 0
-- Each payment is fulfilled once.
begin;
insert into tigerfans.fulfillment_gates (psid) values (:intent) on conflict (psid) do nothing returning 1 as first \aset
\if :first > 0
insert into tigerfans.idempotency_keys (key) values (gen_random_uuid()::text) on conflict (key) do nothing
    returning key;
\endif
commit;
\endif
\if :first > 0
begin;
update tigerfans.holds set status = 'posted', expires_at = null
    where id = :tb_transfer_id and status = 'pending' and (expires_at is null or expires_at > extract(epoch from now()))
    returning 1 as posted \aset
\if :try_goodie
update tigerfans.holds set status = 'posted', expires_at = null
    where id = :goodie_tb_transfer_id and status = 'pending'
        and (expires_at is null or expires_at > extract(epoch from now()))
    returning 1 as gift_posted \aset
\endif
commit;
\if :posted = 0
-- Too late: bought again, without a hold, if there is capacity.
begin;
select capacity from tigerfans.resources where name = 'class_a' \gset
select coalesce(sum(qty), 0) as sold from tigerfans.holds where resource = 'class_a' and status = 'posted' \gset
select coalesce(sum(qty), 0) as held from tigerfans.holds
    where resource = 'class_a' and status = 'pending'
        and (expires_at is null or expires_at > extract(epoch from now())) \gset
\if :capacity - :sold - :held >= 1
insert into tigerfans.holds (resource, qty, status, expires_at, created_at)
    values ('class_a', 1, 'posted', null, extract(epoch from now()))
    returning 1 as posted \gset
\endif
select capacity from tigerfans.resources where name = 'goodie' \gset
select coalesce(sum(qty), 0) as sold from tigerfans.holds where resource = 'goodie' and status = 'posted' \gset
select coalesce(sum(qty), 0) as held from tigerfans.holds
    where resource = 'goodie' and status = 'pending'
        and (expires_at is null or expires_at > extract(epoch from now())) \gset
\if :capacity - :sold - :held >= 1
insert into tigerfans.holds (resource, qty, status, expires_at, created_at)
    values ('goodie', 1, 'posted', null, extract(epoch from now()))
    returning 1 as gift_posted \gset
\endif
commit;
\endif
begin;
-- Where a key is in use, the application ignores the error, and there is no order.
insert into tigerfans.orders
    (id, tb_transfer_id, goodie_tb_transfer_id, try_goodie, cls, qty, amount, currency, customer_email, status,
        created_at, paid_at, ticket_code, got_goodie)
    values (:order_id, :tb_transfer_id, :goodie_tb_transfer_id, :try_goodie, :cls, :qty, :amount, :currency,
        :customer_email, case :posted::int when 1 then 'PAID' else 'PAID_UNFULFILLED' end, extract(epoch from now()),
        extract(epoch from now()), case :posted::int when 1 then 'TCK-' || left(md5(random()::text), 10) end,
        :gift_posted::int = 1)
    on conflict do nothing;
commit;
begin;
delete from tigerfans.payment_sessions_pending where psid = :intent;
commit;
\endif
