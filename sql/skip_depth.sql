-- How skipped rows are measured.

-- name: reserve
-- Reserves as the query `calls/reserve` does, and counts what the call read of the tickets: `entries` that indexes handed out, and
-- `rows` that were there for them; what is read without an index counts as both.
--
-- Each step takes something from the one before, so that they follow each other. The columns are in the binary format,
-- in which the generator reads answers: several statements in one message have no other way to it.
select
    convert_to(r.outcome, 'UTF8'), int8send(r.intent_id), array_send(r.ticket_nos), timestamptz_send(r.hold_expires_at),
    int8send(later.entries - before.entries), int8send(later.rows - before.rows)
from (
    select
        (sum(pg_stat_get_xact_tuples_returned(i.indexrelid))
            + pg_stat_get_xact_tuples_returned(i.indrelid))::bigint as entries,
        (sum(pg_stat_get_xact_tuples_fetched(i.indexrelid)) + pg_stat_get_xact_tuples_fetched(i.indrelid)
            + pg_stat_get_xact_tuples_returned(i.indrelid))::bigint as rows
    from pg_index as i where i.indrelid = 'booking.tickets'::regclass
    group by i.indrelid
) as before
cross join lateral booking.reserve(
    case when before.entries >= 0 then %(event_id)s::bigint end, %(user_id)s, %(quantity)s::int, %(hold_for)s::interval,
    %(request_key)s
) as r
cross join lateral (
    select
        (sum(pg_stat_get_xact_tuples_returned(i.indexrelid))
            + pg_stat_get_xact_tuples_returned(i.indrelid))::bigint as entries,
        (sum(pg_stat_get_xact_tuples_fetched(i.indexrelid)) + pg_stat_get_xact_tuples_fetched(i.indrelid)
            + pg_stat_get_xact_tuples_returned(i.indrelid))::bigint as rows
    from pg_index as i where i.indrelid = 'booking.tickets'::regclass and r.outcome is not null
    group by i.indrelid
) as later

-- name: load
-- Brings what explains statements as they run, for this session; a superuser may.
load 'auto_explain';

-- name: explain
-- In this transaction, sends the client the plan of every statement as it was run, those inside functions too: JSON, in a notice.
set local auto_explain.log_analyze = on;
set local auto_explain.log_timing = off;  -- rows are counted, and no clock is read for each of them
set local auto_explain.log_nested_statements = on;
set local auto_explain.log_format = json;
set local auto_explain.log_level = notice;  -- to the client, and not to the server's log
set local auto_explain.sample_rate = 1;
set local auto_explain.log_min_duration = 0;
set local client_min_messages = notice;

-- name: try
-- Something to explain.
select 1
