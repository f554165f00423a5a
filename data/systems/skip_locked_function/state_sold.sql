-- The first tickets are sold: each was held by one intent, and confirmed.
insert into skip_locked_function.intents (event_id, ticket_no, buyer, status, expires_at)
    select 1, no, 'early', 'confirmed', now() + interval '5 minutes' from generate_series(1, %(sold)s) as no;
update skip_locked_function.tickets as t set status = 'sold', intent_id = i.id, held_by = i.buyer
    from skip_locked_function.intents as i where t.event_id = i.event_id and t.ticket_no = i.ticket_no;
analyze skip_locked_function.tickets, skip_locked_function.intents;
