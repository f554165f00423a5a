-- How many connections are left for a surge: what the server allows, keeps for its administrators, and has in use.
select
    current_setting('max_connections')::int as allowed,
    current_setting('superuser_reserved_connections')::int
        + coalesce(current_setting('reserved_connections', true), '0')::int as reserved,
    (select count(*)::int from pg_stat_activity
     where backend_type in ('client backend', 'walsender') and pid <> pg_backend_pid()) as in_use
