-- A call of pgbench: the reservation that a surge makes for a buyer; `number` counts them for each client.
\set number :number + 1
select outcome, intent_id, ticket_nos, hold_expires_at
from booking.reserve(:event, 'buyer ' || :client_id || '.' || :number, 1, '5 minutes', 'event ' || :event);
