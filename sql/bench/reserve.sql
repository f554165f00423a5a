-- A call of pgbench: a reservation as any client sends it.
\set event random(:first_event, :last_event)
select * from booking.reserve(:event, 'user' || :client_id, 1);
