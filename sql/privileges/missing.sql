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
where c.relnamespace = 'booking'::regnamespace and c.relkind = 'r' and %(audit)s and not has_table_privilege(%(role)s, c.oid, 'select')
order by missing
