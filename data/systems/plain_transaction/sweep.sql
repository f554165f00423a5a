-- The application's job: gives back what is past its deadline.
with due as (
    update plain_transaction.intents set status = 'expired'
        where id in (
            select id from plain_transaction.intents
            where status = 'pending' and expires_at < now()
            for update skip locked
        )
        returning ticket_id
)
update plain_transaction.tickets set status = 'available', held_by = null, hold_expires_at = null
    where id in (select ticket_id from due);
