-- The bytes of WAL between two positions.
select pg_wal_lsn_diff(%(last)s::pg_lsn, %(first)s::pg_lsn)::text
