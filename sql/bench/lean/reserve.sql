-- A call of pgbench: the two writes, the number given.
\set no :first + :client_id + :clients * (:number - 1) + 1
select lean.hold(:event, :no, 'user' || :client_id);
