-- Every ticket; the holder is the order. A ticket past its deadline is available: the claim takes it.
select t.token_id as ticket,
        case
            when t.status = 'Purchased' then 'sold'
            when t.status = 'Reserved' and t.reserved_until >= now() then 'held'
            else 'available'
        end as status,
        i.order_id::text as holder, t.reserved_until as deadline
    from bn_api.ticket_instances as t left join bn_api.order_items as i on i.id = t.order_item_id
    order by t.token_id;
