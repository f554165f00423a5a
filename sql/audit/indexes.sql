-- Every index agrees with its table: either way of reading finds the same rows.
select *
from ({scans}) as scans
where (in_table is null or in_index is null) and (%(event_ids)s::bigint[] is null or event_id = any (%(event_ids)s))
order by index, in_table, in_index
