-- The payment of one buyer was cancelled: 13 round trips in four transactions.
\set known 0
\set first 0
begin;
select *, 1 as known from tigerfans.payment_sessions_hot where psid = :intent \aset
commit;
\if :known > 0
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
update tigerfans.holds set status = 'voided'
    where id = any (array[:tb_transfer_id::bigint, :goodie_tb_transfer_id::bigint]) and status = 'pending'
        and (expires_at is null or expires_at > extract(epoch from now()));
commit;
begin;
delete from tigerfans.payment_sessions_pending where psid = :intent;
commit;
\endif
