-- The audit: its snapshot, and what turns a rule of sql/audit/ into rows. The rules themselves are a file each.

-- name: event_exists
-- Is there such an event? As numeric, a number above every bigint is one that is not there.
select exists (select from booking.events where id = %(event_id)s::numeric)

-- name: snapshot
-- One snapshot for all rules, which read the tables themselves: an index that lies must not hide a violation.
set transaction isolation level repeatable read, read only;
set local enable_indexscan = off;
set local enable_indexonlyscan = off;
set local enable_bitmapscan = off;
set local enable_nestloop = off;  -- statistics older than the event say that it has one ticket: 100,000 were joined for minutes
set local jit = off;  -- before PostgreSQL 18 what is switched off counts as a cost, so high that plans are compiled for it
set local work_mem = '64MB'  -- a million tickets are joined in memory

-- name: first_offenders
-- How many rows offend a rule, beside each of the first five.
select count(*) over () as violations, row_to_json(offender) as offender
from ({rule}) as offender
limit 5

-- name: index_scans
-- For each index of the schema, the text of a query that reads its table both ways, and says for each row where it was found.

-- A sample of all of a table is never read by an index. On the other side, through_indexes and the order leave the planner one
-- index to read by.
select string_agg(
    format(
        'select %L as index, coalesce(t.event_id, i.event_id) as event_id, t.row as in_table, i.row as in_index'
        ' from (select %s as event_id, ctid as row from %s tablesample system (100) where %s) as t'
        ' full join (select %2$s as event_id, ctid as row from %3$s where %4$s order by %5$s) as i using (row)',
        index.relname, event, indrelid::regclass, coalesce(pg_get_expr(indpred, indrelid), 'true'), columns
    ),
    ' union all ' order by index.relname
)
from pg_index
join pg_class as index on index.oid = indexrelid
cross join lateral (
    select string_agg(pg_get_indexdef(indexrelid, position, true), ', ' order by position) as columns
    from generate_series(1, indnkeyatts) as position
) as key
cross join lateral (
    select coalesce(
        (select quote_ident(attname) from pg_attribute where attrelid = indrelid and attname = 'event_id'),
        case indrelid when 'booking.events'::regclass then 'id' else 'null::bigint' end) as event
) as belongs
where index.relnamespace = 'booking'::regnamespace and indisvalid

-- name: through_indexes
-- Reads by an index wherever there is one to read by: for the rule on the indexes, the last one.
set local enable_indexscan = on;
set local enable_seqscan = off;
set local enable_sort = off;
set local enable_incremental_sort = off
