-- Takes a snapshot, which the session keeps open: rows that die from now on cannot be removed.
select count(*) from pg_class
