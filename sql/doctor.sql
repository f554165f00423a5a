-- What `booking-sim doctor` asks a server.

-- name: server
-- The doctor: what we may do here, which connections are left to us, and who else is here. What others do can be seen by members of
-- pg_read_all_stats alone.
with me as (
    select * from pg_roles where rolname = current_user
), sessions as materialized (
    select * from pg_stat_activity where backend_type in ('client backend', 'walsender') and pid <> pg_backend_pid()
)
select
    current_user::text as user_name,
    current_database()::text as database_name,
    pg_backend_pid() as backend_pid,
    (select extract(epoch from backend_start)::float8 from pg_stat_activity where pid = pg_backend_pid()) as backend_began_at,
    pg_is_in_recovery() as is_standby,
    me.rolsuper or me.rolcreatedb as may_create_databases,
    schema.owner as schema_owner,
    has_database_privilege(current_database(), 'create') as may_create_schemas,
    coalesce(schema.may_call, false) as may_call,
    coalesce(schema.may_read, false) as may_read,
    pg_has_role('pg_read_all_stats', 'usage') as sees_all,
    (select count(*) from sessions) as connected,
    (select count(*) from sessions where state = 'active') as at_work,
    (
        select coalesce(max(extract(epoch from clock_timestamp() - xact_start)), 0)::float8
        from sessions where backend_xmin is not null or backend_xid is not null
    ) as oldest_transaction_s,
    (select coalesce(max(extract(epoch from clock_timestamp() - prepared)), 0)::float8 from pg_prepared_xacts) as oldest_prepared_s,
    (select coalesce(max(greatest(age(xmin), age(catalog_xmin))), 0) from pg_replication_slots) as oldest_slot_xids,
    exists (select from pg_extension where extname = 'pg_stat_statements') as counts_statements,
    exists (select from pg_available_extensions where name = 'pg_stat_statements') as could_count_statements
from me left join (
    select
        pg_get_userbyid(n.nspowner)::text as owner,
        has_schema_privilege(n.oid, 'usage') and (
            select bool_and(has_function_privilege(p.oid, 'execute')) from pg_proc as p where p.pronamespace = n.oid and p.prosecdef
        ) as may_call,
        (
            select bool_and(has_schema_privilege(s.oid, 'usage') and has_table_privilege(c.oid, 'select'))
            from pg_namespace as s join pg_class as c on c.relnamespace = s.oid and c.relkind = 'r'
            where s.nspname in ('booking', 'booking_sim')
        ) as may_read
    from pg_namespace as n
    where n.nspname = 'booking'
) as schema on true

-- name: settings
-- The doctor: every setting that we may see, as sessions of this user begin with it, in its base unit; sizes in bytes, times in
-- milliseconds.
select
    name,
    case unit
        when 'B' then reset_val::numeric::text
        when 'kB' then (reset_val::numeric * 1024)::text
        when '8kB' then (reset_val::numeric * 8192)::text
        when 'MB' then (reset_val::numeric * 1024 * 1024)::text
        when 's' then (reset_val::numeric * 1000)::text
        when 'min' then (reset_val::numeric * 60000)::text
        else reset_val
    end
from pg_settings

-- name: clock
-- The doctor: what time it is on the server, in seconds since 1970.
select extract(epoch from clock_timestamp())::float8

-- name: commit
-- The doctor: writes a few bytes to the log that nobody reads, so that the commit has to wait for the disk.
select pg_logical_emit_message(true, 'booking_sim', 'doctor')
