-- Every ticket is in a hold past its deadline, and the job has not run.
insert into plain_transaction.intents (ticket_id, buyer, created_at, expires_at)
    select t.id, 'early', now() - interval '6 minutes', now() - interval '1 minute'
    from plain_transaction.tickets as t order by t.ticket_no;
update plain_transaction.tickets
    set status = 'held', held_by = 'early', hold_expires_at = now() - interval '1 minute';
analyze plain_transaction.tickets, plain_transaction.intents;
