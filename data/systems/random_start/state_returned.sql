-- Every ticket was held by one intent, and given back.
insert into random_start.intents (event_id, ticket_no, buyer, expires_at)
    select t.event_id, t.ticket_no, 'early', now() + interval '5 minutes' from random_start.tickets as t;
update random_start.tickets as t
    set status = 'held', intent_id = i.id, held_by = i.buyer, hold_expires_at = i.expires_at
    from random_start.intents as i where t.event_id = i.event_id and t.ticket_no = i.ticket_no;
update random_start.intents set status = 'released';
update random_start.tickets
    set status = 'available', intent_id = null, held_by = null, hold_expires_at = null;
analyze random_start.tickets, random_start.intents;
