-- Every ticket was held by one intent, and given back.
insert into plain_transaction.intents (ticket_id, buyer, expires_at)
    select t.id, 'early', now() + interval '5 minutes' from plain_transaction.tickets as t order by t.ticket_no;
update plain_transaction.tickets
    set status = 'held', held_by = 'early', hold_expires_at = now() + interval '5 minutes';
update plain_transaction.intents set status = 'released';
update plain_transaction.tickets set status = 'available', held_by = null, hold_expires_at = null;
analyze plain_transaction.tickets, plain_transaction.intents;
