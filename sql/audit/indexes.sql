-- Every index agrees with its table: either way of reading finds the same rows.

-- A sample of all of a table is never read by an index. On the other side, through_indexes.sql and the order, or the
-- predicate, leave the planner one index to read by.
select *
from (
    select 'events_pkey' as index, coalesce(t.event_id, i.event_id) as event_id, t.row as in_table, i.row as in_index
    from (select id as event_id, ctid as row from booking.events tablesample system (100)) as t
    full join (select id as event_id, ctid as row from booking.events order by id) as i using (row)
    union all
    select 'events_dispenser_key', coalesce(t.event_id, i.event_id), t.row, i.row
    from (select id as event_id, ctid as row from booking.events tablesample system (100)) as t
    full join (select id as event_id, ctid as row from booking.events order by dispenser) as i using (row)
    union all
    select 'combed_pkey', coalesce(t.event_id, i.event_id), t.row, i.row
    from (select event_id, ctid as row from booking.combed tablesample system (100)) as t
    full join (select event_id, ctid as row from booking.combed order by event_id) as i using (row)
    union all
    select 'booking_intents_pkey', coalesce(t.event_id, i.event_id), t.row, i.row
    from (select event_id, ctid as row from booking.booking_intents tablesample system (100)) as t
    full join (select event_id, ctid as row from booking.booking_intents order by id, event_id) as i using (row)
    union all
    select 'intents_by_deadline', coalesce(t.event_id, i.event_id), t.row, i.row
    from (select event_id, ctid as row from booking.booking_intents tablesample system (100) where status = 'pending') as t
    full join (select event_id, ctid as row from booking.booking_intents where status = 'pending') as i using (row)
    union all
    select 'intents_request_key', coalesce(t.event_id, i.event_id), t.row, i.row
    from (select event_id, ctid as row from booking.booking_intents tablesample system (100) where request_key is not null) as t
    full join (select event_id, ctid as row from booking.booking_intents where request_key is not null) as i using (row)
    union all
    select 'tickets_pkey', coalesce(t.event_id, i.event_id), t.row, i.row
    from (select event_id, ctid as row from booking.tickets tablesample system (100)) as t
    full join (select event_id, ctid as row from booking.tickets order by event_id, ticket_no) as i using (row)
    union all
    select 'tickets_returned', coalesce(t.event_id, i.event_id), t.row, i.row
    from (select event_id, ctid as row from booking.tickets tablesample system (100) where returned) as t
    full join (select event_id, ctid as row from booking.tickets where returned) as i using (row)
) as scans
where (in_table is null or in_index is null) and (%(event_ids)s::bigint[] is null or event_id = any (%(event_ids)s))
order by index, in_table, in_index
