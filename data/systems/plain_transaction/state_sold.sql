-- The first tickets are sold: each was held by one intent, and confirmed.
insert into plain_transaction.intents (ticket_id, buyer, status, expires_at, confirmed_at)
    select t.id, 'early', 'confirmed', now() + interval '5 minutes', now()
    from plain_transaction.tickets as t where t.ticket_no <= %(sold)s order by t.ticket_no;
update plain_transaction.tickets set status = 'sold', held_by = 'early' where ticket_no <= %(sold)s;
analyze plain_transaction.tickets, plain_transaction.intents;
