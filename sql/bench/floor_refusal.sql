-- A call of pgbench: the floor of a refusal.
\set event random(:first_event, :last_event)
select * from bench.refuse(:event, 'user' || :client_id);
