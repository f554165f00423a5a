-- The observer: every client at work in this database, what it waits for, and who keeps a lock from it; a moment with nobody at work
-- is one row of nulls. Asking about locks stops those who take some for an instant, so it is done only when somebody waits for one.
with /* observer */ at_work as materialized (
    select pid, wait_event_type, wait_event
    from pg_stat_activity
    where state = 'active' and backend_type = 'client backend' and datname = current_database() and pid <> pg_backend_pid()
), waiting as materialized (
    select pid, min(waitstart) as since
    from pg_locks
    where not granted and (select bool_or(wait_event_type = 'Lock') from at_work)
    group by pid
)
select
    pid, wait_event_type, wait_event,
    case wait_event_type when 'Lock' then pg_blocking_pids(pid) end as blocked_by,
    extract(epoch from clock_timestamp() - since)::float8 * 1000 as waited_ms
from (select) as moment left join at_work on true left join waiting using (pid)
