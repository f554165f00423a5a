-- Every ticket; the holder is the intent.
select t.ticket_no as ticket, t.status, t.intent_id::text as holder, t.hold_expires_at as deadline
    from skip_locked_function.tickets as t where t.event_id = 1 order by t.ticket_no;
