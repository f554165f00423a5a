-- The process that answers an observer.
select pid from pg_stat_activity where application_name = %(application_name)s
