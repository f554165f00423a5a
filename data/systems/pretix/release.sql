-- One buyer empties a cart: 12 round trips.
\set position 0
select id as position from pretix.cartposition where event_id = 1 and cart_id = :intent and addon_to_id is null \aset
\if :position > 0
select count(*) from pretix.cartposition where event_id = 1 and cart_id = :intent and addon_to_id is null;
select p.* from pretix.cartposition as p where p.event_id = 1 and p.cart_id = :intent;
select p.* from pretix.cartposition as p where p.event_id = 1 and p.cart_id = :intent and p.expires <= now();
update pretix.cartposition set expires = now() + interval '30 minutes'
    where event_id = 1 and cart_id = :intent and expires > now();
begin;
set local lock_timeout = 0;
select pg_advisory_xact_lock_shared((1::bigint << 33) | 1);
select * from pretix.cartposition where addon_to_id in (:position);
delete from pretix.cartposition where id in (:position);
commit;
select p.* from pretix.cartposition as p where p.event_id = 1 and p.cart_id = :intent;
\endif
