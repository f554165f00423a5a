-- The observer: what each statement has cost in this database so far, its own questions apart.
select /* observer */
    queryid, min(query) as query, sum(calls)::bigint as calls, sum(total_exec_time)::float8 as total_ms, sum(rows)::bigint as rows,
    sum(shared_blks_hit)::bigint as buffer_hits, sum(shared_blks_read)::bigint as buffer_reads, sum(wal_bytes)::bigint as wal_bytes
from pg_stat_statements
where dbid = (select oid from pg_database where datname = current_database()) and query not like '%/* observer */%'
group by queryid
