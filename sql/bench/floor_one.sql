-- A call of pgbench: the floor of a reservation of one ticket; `places` is how many there are at each event.
\set event random(:first_event, :last_event)
select * from bench.reserve_one(:event, 'user' || :client_id, (nextval('bench.numbers') % :places)::int + 1);
