-- How many sessions of this database wait for an advisory lock.
select count(*) from pg_locks
where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())
    and classid = 0 and objid = %(key)s and objsubid = 1
