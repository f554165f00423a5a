-- One buyer reserves one ticket: five round trips.
\set ticket 0
begin;
select id as ticket from plain_transaction.tickets
    where event_id = 1 and status = 'available'
    order by ticket_no
    limit 1
    for update skip locked \aset
\if :ticket > 0
update plain_transaction.tickets
    set status = 'held', held_by = 'buyer' || :client_id, hold_expires_at = now() + interval '5 minutes'
    where id = :ticket;
insert into plain_transaction.intents (ticket_id, buyer, expires_at)
    values (:ticket, 'buyer' || :client_id, now() + interval '5 minutes')
    returning id;
commit;
\else
rollback;
\endif
