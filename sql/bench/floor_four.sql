-- A call of pgbench: the floor of a reservation of four tickets; `places` is how many groups of four there are.
\set event random(:first_event, :last_event)
select * from bench.reserve_four(:event, 'user' || :client_id, (nextval('bench.numbers') % :places)::int);
