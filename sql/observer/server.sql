-- The observer: who is connected, the oldest snapshot, and what server and database have done since their figures were last reset.
with /* observer */ others as materialized (
    select * from pg_stat_activity where pid <> pg_backend_pid()
), clients as (
    select count(*) as connections, count(*) filter (where state = 'active') as active
    from others
    where backend_type = 'client backend' and datname = current_database()
), snapshots as (
    select
        coalesce(max(extract(epoch from clock_timestamp() - xact_start)), 0)::float8 as oldest_snapshot_s,
        coalesce(max(age(backend_xmin)), 0) as oldest_snapshot_xids
    from others
    where backend_xmin is not null and backend_type <> 'autovacuum worker'
), tables as (
    select
        coalesce(sum(n_dead_tup), 0)::bigint as dead_tuples,
        coalesce(sum(n_tup_upd), 0)::bigint as updates,
        coalesce(sum(n_tup_hot_upd), 0)::bigint as hot_updates,
        coalesce(sum(vacuum_count + autovacuum_count), 0)::bigint as vacuums
    from pg_stat_user_tables
    where schemaname = 'booking'
)
select
    connections, active, oldest_snapshot_s, oldest_snapshot_xids, dead_tuples, vacuums, updates, hot_updates,
    pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint as wal_bytes,
    blks_hit as buffer_hits, blks_read as buffer_reads, xact_commit as commits, xact_rollback as rollbacks,
    array(select pid from others) as pids
from clients, snapshots, tables, pg_stat_database
where datname = current_database()
