-- Ends what workers that were killed left behind in the server, and waits until it is gone; how many there were.
select count(*) from (
    select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = %(application_name)s
) as ended
