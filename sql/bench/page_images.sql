-- The bytes of images of whole pages in the WAL between two positions.
select coalesce(sum(fpi_size), 0)::text from pg_get_wal_stats(%(first)s::pg_lsn, %(last)s::pg_lsn)
