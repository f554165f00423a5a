-- The sessions of the toolkit itself: what they depend on, how many there can be, and who holds a lease.

-- name: settings
-- Sets what the toolkit's own statements depend on, for this session. Behind a connection pooler, whose sessions belong to others
-- too, nothing is set: then it returns what the settings are. In a scratch database, a strategy may have set the isolation level.
with strategy as (
    select split_part(setting, '=', 1) as name, split_part(setting, '=', 2) as value
    from pg_db_role_setting, unnest(setconfig) as setting
    where setdatabase = (select oid from pg_database where datname = current_database()) and setrole = 0
        and starts_with(current_database(), 'booking_sim_scratch_') and starts_with(setting, 'default_transaction_isolation=')
)
select
    name,
    case when pg_backend_pid() = %(announced_pid)s then set_config(name, coalesce(strategy.value, wanted), false)
        else current_setting(name) end as value,
    pg_backend_pid() <> %(announced_pid)s as is_pooled
from unnest(%(names)s::text[], %(values)s::text[]) as setting (name, wanted) left join strategy using (name)

-- name: headroom
-- How many connections the server, the user and the database allow, and how many are in use, this one apart.
with sessions as materialized (
    select datname, usename from pg_stat_activity
    where backend_type in ('client backend', 'walsender') and pid <> pg_backend_pid()
)
select
    current_user::text as user_name,
    current_database()::text as database_name,
    current_setting('max_connections')::int as allowed,
    current_setting('superuser_reserved_connections')::int
        + coalesce(current_setting('reserved_connections', true), '0')::int as reserved,
    (select count(*)::int from sessions) as in_use,
    case when not me.rolsuper then nullif(me.rolconnlimit, -1) end as user_limit,
    (select count(*)::int from sessions where usename = current_user) as in_use_by_user,
    case when not me.rolsuper then nullif(here.datconnlimit, -1) end as database_limit,
    (select count(*)::int from sessions where datname = current_database()) as in_use_of_database
from pg_roles as me, pg_database as here
where me.rolname = current_user and here.datname = current_database()

-- name: lease
-- Says that a surge runs in this database, until the transaction ends.
select pg_advisory_xact_lock_shared(hashtextextended('booking_sim.surge', 0))

-- name: surges
-- The processes of the surges that run in this database: of their leases, and of workers that outlive one. An idle session that
-- bears the name of a surge may be one that a pooler keeps.
select pid from pg_stat_activity
where datname = current_database() and application_name ~ '^booking_sim surge ' and state is distinct from 'idle'
    and pid <> pg_backend_pid()
union
select pid from pg_locks
where locktype = 'advisory' and objsubid = 1 and database = (select oid from pg_database where datname = current_database())
    and (classid::bigint << 32) | objid::bigint = hashtextextended('booking_sim.surge', 0)
order by pid

-- name: tracked
-- Sets what a pooler keeps apart for each of its clients.
select set_config(name, wanted, false) from unnest(%(names)s::text[], %(values)s::text[]) as setting (name, wanted)
