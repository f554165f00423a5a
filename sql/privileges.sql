-- What an application's role needs: granted, and checked.

-- name: current_user
-- Whose rights a connection has: those of a role that it was set to, or of the user who connected.
select current_user::text

-- name: role_exists
-- Is there a role of exactly this name?
select exists (select from pg_roles where rolname::text = %(role)s)

-- name: grant
-- What an application's role has and needs: to execute the five functions, which act with the rights of their owner.
grant usage on schema booking to {role};
grant execute on function
    booking.create_event(text, int),
    booking.reserve(bigint, text, int, interval, text),
    booking.confirm(bigint, text),
    booking.release(bigint, text),
    booking.expire_holds(bigint, int)
    to {role}

-- name: grant_audit
-- What the audit, the observer and a surge need besides: to read the tables, and which migrations were applied.
grant select on all tables in schema booking to {role};
grant usage on schema booking_sim to {role};
grant select on booking_sim.migrations to {role}

-- name: missing
-- What a role still may not do, of all that it was to be granted: PostgreSQL only warns who grants what is not theirs to grant.
-- The five functions are those with SECURITY DEFINER.
select p.oid::regprocedure::text as missing
from pg_proc as p
where p.pronamespace = 'booking'::regnamespace and p.prosecdef and not has_function_privilege(%(role)s, p.oid, 'execute')
union all
select 'schema booking' where not has_schema_privilege(%(role)s, 'booking', 'usage')
union all
select c.oid::regclass::text
from pg_class as c
where c.relnamespace in ('booking'::regnamespace, 'booking_sim'::regnamespace) and c.relkind = 'r' and %(audit)s
    and not has_table_privilege(%(role)s, c.oid, 'select')
order by missing
