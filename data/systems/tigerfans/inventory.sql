-- A row for each ticket; the holder is the payment session. The numbers mean nothing: TigerFans only counts.
-- What nobody has, or has past the deadline, is available. If more are held and sold than there are, there are
-- more rows than tickets.
with taken as (
    select case h.status when 'posted' then 'sold' else 'held' end as status, p.psid as holder,
        to_timestamp(h.expires_at) as deadline
    from tigerfans.holds as h left join tigerfans.payment_sessions_hot as p on p.tb_transfer_id = h.id::text
    where h.resource = 'class_a'
        and (h.status = 'posted' or (h.status = 'pending' and h.expires_at > extract(epoch from now())))
), everything as (
    select * from taken
    union all
    select 'available', null, null
    from tigerfans.resources as r, generate_series(1, r.capacity - (select count(*) from taken))
    where r.name = 'class_a'
)
select row_number() over () as ticket, status, holder, deadline from everything;
