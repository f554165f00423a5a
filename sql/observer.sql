-- What the observer asks while a surge runs. The comment inside each keeps its own statements out of what it reports.

-- name: session
-- The observer: what keeps it out of everybody's way. It only reads, gives up soon, does not take a second core, and plays no part
-- in the bookkeeping of serializable transactions; the server ends what it asked when it is gone. Behind a connection pooler, whose
-- sessions belong to others too, it holds for one transaction.
select /* observer */
    set_config('statement_timeout', '5s', %(is_pooled)s),
    set_config('lock_timeout', '100ms', %(is_pooled)s),
    set_config(case when %(is_pooled)s then 'transaction_read_only' else 'default_transaction_read_only' end, 'on', %(is_pooled)s),
    set_config('default_transaction_isolation', 'read committed', %(is_pooled)s),
    set_config('max_parallel_workers_per_gather', '0', %(is_pooled)s),
    set_config('jit', 'off', %(is_pooled)s),
    set_config('client_connection_check_interval', '1s', %(is_pooled)s)

-- name: backend
-- The observer: this connection's process, which is not the one that libpq names if there is a pooler between; when it began, to know it
-- again among the processes of the machine; and whether it may ask for checkpoints.
select /* observer */
    pid, extract(epoch from backend_start)::float8,
    coalesce(has_function_privilege(to_regprocedure('pg_control_checkpoint()'), 'execute'), false) as sees_checkpoints
from pg_stat_activity
where pid = pg_backend_pid()

-- name: checkpointed
-- The observer: how far the last checkpoint went. A part of the sample of the server, for those who may call the function.
(select pg_wal_lsn_diff(checkpoint_lsn, '0/0')::bigint from pg_control_checkpoint())

-- name: waits
-- The observer: every client at work on the server, what it waits for, and who keeps a lock from it; and every session that keeps one
-- from the run, at work or not. The names of the run's sessions end in a known way. Of all others, and of those that somebody waits for,
-- it also reports what they are called and what they do. A moment with nobody at work is one row of nulls. Asking about locks stops
-- those who take some for an instant, so it is done only when somebody waits for one.
with /* observer */ backends as materialized (
    select *, right(application_name, length(%(token)s)) = %(token)s as is_own
    from pg_stat_activity
    where pid <> pg_backend_pid()
), at_work as materialized (
    select
        pid, is_own,
        case when wait_event_type = 'Lock' and datname = current_database() then pg_blocking_pids(pid) end as blocked_by
    from backends
    where state = 'active' and backend_type = 'client backend'
), waiting as materialized (
    select pid, min(waitstart) as since
    from pg_locks
    where not granted and (select bool_or(blocked_by is not null) from at_work)
    group by pid
), blockers as materialized (
    select blocker as pid, count(distinct at_work.pid) as blocked
    from at_work, unnest(blocked_by) as blocker
    where is_own
    group by blocker
)
select
    pid, b.is_own, at_work.pid is not null as is_at_work,
    case when b.is_own then substring(query from 'booking\.(reserve|confirm|release|expire_holds)') end as call,
    wait_event_type, wait_event, blocked_by,
    extract(epoch from clock_timestamp() - since)::float8 * 1000 as waited_ms,
    coalesce(blocked, 0)::int as blocked, datname as database, coalesce(nullif(application_name, ''), backend_type) as application,
    usename as user, state, case when not b.is_own or blocked > 0 then left(query, 500) end as query
from (select) as moment left join (
    backends as b left join at_work using (pid) left join blockers using (pid) left join waiting using (pid)
) on at_work.pid is not null or blocked > 0

-- name: server
-- The observer: who is connected, the oldest snapshot, and what server and database have done since their statistics were last reset.
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
    -- One in another database keeps no dead row in this one; a standby's counts in all.
    where backend_xmin is not null and backend_type <> 'autovacuum worker'
        and coalesce(datname, current_database()) = current_database()
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
    connections, active, oldest_snapshot_s, oldest_snapshot_xids, dead_tuples,
    {checkpointed} as checkpointed_bytes, vacuums, updates, hot_updates,
    pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint as wal_bytes,
    blks_hit as buffer_hits, blks_read as buffer_reads, xact_commit as commits, xact_rollback as rollbacks,
    array(select pid from others) as pids
from clients, snapshots, tables, pg_stat_database
where datname = current_database()

-- name: inventory
-- The observer: the tickets of some events by status, a hold past its deadline apart.
select /* observer */
    count(*) filter (where status = 'available') as available,
    count(*) filter (where status = 'held' and hold_expires_at > statement_timestamp()) as held,
    count(*) filter (where status = 'held' and hold_expires_at <= statement_timestamp()) as overdue,
    count(*) filter (where status = 'sold') as sold
from booking.tickets
where event_id = any (%(event_ids)s)

-- name: statements
-- The observer: what each statement has cost in this database so far, its own questions apart.
select /* observer */
    queryid, min(query) as query, sum(calls)::bigint as calls, sum(total_exec_time)::float8 as total_ms, sum(rows)::bigint as rows,
    sum(shared_blks_hit)::bigint as buffer_hits, sum(shared_blks_read)::bigint as buffer_reads, sum(wal_bytes)::bigint as wal_bytes
from pg_stat_statements
where dbid = (select oid from pg_database where datname = current_database()) and query not like '%/* observer */%'
group by queryid
