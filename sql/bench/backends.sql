-- The server processes of pgbench's sessions in this database.
select pid from pg_stat_activity where datname = current_database() and application_name = %(application_name)s
