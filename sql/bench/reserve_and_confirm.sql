-- A call of pgbench: a reservation and its sale, in one transaction.
\set event random(:first_event, :last_event)
select booking.confirm(r.intent_id, 'user' || :client_id) from booking.reserve(:event, 'user' || :client_id, 1) as r;
