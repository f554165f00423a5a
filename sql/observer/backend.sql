-- The observer: when this connection's process began, to know it again among the processes of the machine.
select /* observer */ extract(epoch from backend_start)::float8 from pg_stat_activity where pid = pg_backend_pid()
