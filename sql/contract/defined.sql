-- The rows of the catalog that define some functions. Each definition, also the same one again,
-- gives a row another ctid.
select p.proname, p.ctid::text
from pg_proc as p
join pg_namespace as n on n.oid = p.pronamespace
where n.nspname = 'booking' and p.proname = any(%(names)s)
