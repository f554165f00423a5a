-- One buyer pays for the hold of an intent: five round trips.
\set ticket 0
begin;
select ticket_id as ticket from plain_transaction.intents where id = :intent and status = 'pending' for update \aset
\if :ticket > 0
-- A second statement, because the clock of the first may be stale after a wait.
update plain_transaction.intents set status = 'confirmed', confirmed_at = clock_timestamp()
    where id = :intent and expires_at > clock_timestamp();
update plain_transaction.tickets as t set status = 'sold', hold_expires_at = null
    from plain_transaction.intents as i
    where t.id = :ticket and i.id = :intent and i.status = 'confirmed';
commit;
\else
rollback;
\endif
