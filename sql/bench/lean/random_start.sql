-- A call of pgbench: SKIP LOCKED from a random start.
select lean.random_start(:event, :tickets, 'user' || :client_id);
