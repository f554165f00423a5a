-- How many sessions of a surge the server still has: one counts what it did in the server's statistics as it ends.
select count(*) from pg_stat_activity where application_name = %(application_name)s
