-- The functions that clients call, as they are: name, arguments with their defaults, result columns.
select
    p.proname as name,
    coalesce(string_agg(a.name || ' ' || a.type::regtype, ', ' order by a.position) filter (where a.mode = 'i'), '') as arguments,
    coalesce(pg_get_expr(p.proargdefaults, 'pg_proc'::regclass), '') as defaults,
    coalesce(string_agg(a.name || ' ' || a.type::regtype, ', ' order by a.position) filter (where a.mode in ('o', 't')),
             p.prorettype::regtype::text) as result
from pg_proc as p
left join lateral unnest(
    coalesce(p.proallargtypes, p.proargtypes::oid[]), p.proargnames,
    coalesce(p.proargmodes, array_fill('i'::"char", array[p.pronargs::int]))
) with ordinality as a (type, name, mode, position) on true
where p.pronamespace = 'booking'::regnamespace and p.proname = any (%(names)s)
group by p.oid
order by p.proname
