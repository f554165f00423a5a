-- Every ticket; the holder is the intent.
select t.ticket_no as ticket, t.status, i.id::text as holder, t.hold_expires_at as deadline
    from plain_transaction.tickets as t
    left join plain_transaction.intents as i on i.ticket_id = t.id and i.status in ('pending', 'confirmed')
    where t.event_id = 1 order by t.ticket_no;
