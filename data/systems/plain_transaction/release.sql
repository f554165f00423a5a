-- One buyer gives back the hold of an intent: five round trips.
\set ticket 0
begin;
select ticket_id as ticket from plain_transaction.intents where id = :intent and status = 'pending' for update \aset
\if :ticket > 0
update plain_transaction.intents set status = 'released' where id = :intent;
update plain_transaction.tickets set status = 'available', held_by = null, hold_expires_at = null where id = :ticket;
commit;
\else
rollback;
\endif
