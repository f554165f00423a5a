-- A call of pgbench: a refusal, which reads one row.
select lean.refuse(:event);
