-- One buyer orders a cart that costs nothing: 15 round trips; 18 if it is past its deadline.
\set position 0
\set left 1
begin;
select p.id as position, (p.expires < now())::int as expired, (p.expires < now() + interval '2 minutes')::int as lock
    from pretix.cartposition as p join pretix.item as i on i.id = p.item_id
    where p.event_id = 1 and p.cart_id = :intent \aset
\if :position > 0
select * from pretix.cartposition where addon_to_id in (:position);
select q.* from pretix.quota as q join pretix.quota_items as qi on qi.quota_id = q.id
    where qi.item_id = 1 and q.subevent_id is null;
\if :lock > 0
set local lock_timeout = 0;
select pg_advisory_xact_lock_shared((1::bigint << 33) | 1), pg_advisory_xact_lock((1::bigint << 33) | 2);
\endif
\if :expired > 0
-- Past its deadline, the cart is counted again, here in one statement.
select q.size - (
        select count(*) from pretix.orderposition as p join pretix."order" as o on o.id = p.order_id
        where not p.canceled and o.event_id = 1 and o.status in ('p', 'n') and p.item_id = 1
    ) - (
        select count(*) from pretix.cartposition as p where p.event_id = 1 and p.expires >= now() and p.item_id = 1
    ) as left
    from pretix.quota as q where q.id = 1 \gset
\endif
\if :left > 0
select * from pretix.discount where event_id = 1 and active;
update pretix.cartposition set expires = now() + interval '30 minutes' where id = :position;
-- A new code for the order, not in use.
select upper(left(md5(random()::text), 5)) || '-' || :position as code \gset
select exists (select from pretix."order" where code = :code and organizer_id = 1);
insert into pretix."order"
    (event_id, organizer_id, code, status, email, secret, datetime, expires, last_modified, total)
    values (1, 1, :code, 'n', 'buyer@example.org', left(md5(random()::text), 16), now(), now() + interval '14 days',
        now(), 0)
    returning id as order \gset
insert into pretix.orderposition
    (order_id, organizer_id, positionid, item_id, price, tax_rate, tax_value, secret, web_secret,
        pseudonymization_id, canceled)
    values (:order, 1, 1, 1, 0, 0, 0, gen_random_uuid()::text, left(md5(random()::text), 16),
        upper(left(md5(random()::text), 10)), false);
select * from pretix.cartposition where addon_to_id in (:position);
delete from pretix.cartposition where id in (:position);
-- It costs nothing, so that it is paid at once.
select * from pretix."order" where id = :order for update;
update pretix."order" set status = 'p', last_modified = now() where id = :order;
commit;
\else
rollback;
\endif
\else
rollback;
\endif
