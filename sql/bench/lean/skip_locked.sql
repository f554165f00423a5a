-- A call of pgbench: plain ordered SKIP LOCKED.
select lean.skip_locked(:event, 'user' || :client_id);
