-- Every hold of some events, and how it ended: as CSV, which is read much faster than rows. Times are seconds since the
-- start of the run, %(elapsed)s seconds ago, by the database's clock. A hold that nobody took back yet is open, overdue or not.
copy (
    select
        id as intent_id,
        event_id as event,
        substring(user_id from '^buyer (\d+)$')::int as buyer,
        quantity,
        array_to_string(ticket_nos, ' ') as ticket_nos,
        extract(epoch from created_at - started_at)::float8 as held_at,
        extract(epoch from expires_at - started_at)::float8 as deadline,
        extract(epoch from coalesce(confirmed_at, released_at, expired_at) - started_at)::float8 as ended_at,
        case status when 'pending' then 'open' else status::text end as "end"
    from
        booking.booking_intents,
        (select clock_timestamp() - make_interval(secs => %(elapsed)s) as started_at offset 0) as run
    where event_id = any (%(event_ids)s)
    order by created_at, id
) to stdout (format csv, header)
