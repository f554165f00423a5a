-- Every ticket was held by one intent, and given back.
insert into skip_locked_function.intents (event_id, ticket_no, buyer, expires_at)
    select t.event_id, t.ticket_no, 'early', now() + interval '5 minutes' from skip_locked_function.tickets as t;
update skip_locked_function.tickets as t
    set status = 'held', intent_id = i.id, held_by = i.buyer, hold_expires_at = i.expires_at
    from skip_locked_function.intents as i where t.event_id = i.event_id and t.ticket_no = i.ticket_no;
update skip_locked_function.intents set status = 'released';
update skip_locked_function.tickets
    set status = 'available', intent_id = null, held_by = null, hold_expires_at = null;
analyze skip_locked_function.tickets, skip_locked_function.intents;
