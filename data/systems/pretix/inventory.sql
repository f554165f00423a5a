-- A row for each ticket; the holder is the cart or the order. The numbers mean nothing: pretix only counts.
-- What nobody has, or has past the deadline, is available. If more are held and sold than there are, there are
-- more rows than tickets.
with taken as (
    select 'sold' as status, o.code as holder, null::timestamptz as deadline
    from pretix.orderposition as p join pretix."order" as o on o.id = p.order_id
    where not p.canceled and o.event_id = 1 and o.status in ('p', 'n')
    union all
    select 'held', p.cart_id, p.expires from pretix.cartposition as p where p.event_id = 1 and p.expires >= now()
    union all
    select 'available', null, null
    from pretix.quota as q, generate_series(
        1,
        q.size
        - (select count(*) from pretix.orderposition as p join pretix."order" as o on o.id = p.order_id
            where not p.canceled and o.event_id = 1 and o.status in ('p', 'n'))
        - (select count(*) from pretix.cartposition as p where p.event_id = 1 and p.expires >= now())
    )
    where q.id = 1
)
select row_number() over () as ticket, status, holder, deadline from taken;
