-- Every hold of some events, and how it ended: as CSV, which is read much faster than rows. Times are seconds since the
-- start of the run by the database's clock, %(started_at)s. A hold that nobody took back yet is open, overdue or not.
copy (
    select
        id as intent_id,
        event_id as event,
        substring(user_id from '^buyer (\d+)$')::int as buyer,
        quantity,
        array_to_string(ticket_nos, ' ') as ticket_nos,
        extract(epoch from created_at - %(started_at)s::timestamptz)::float8 as held_at,
        extract(epoch from expires_at - %(started_at)s::timestamptz)::float8 as deadline,
        extract(epoch from coalesce(confirmed_at, released_at, expired_at) - %(started_at)s::timestamptz)::float8 as ended_at,
        case status when 'pending' then 'open' else status::text end as "end"
    from booking.booking_intents
    where event_id = any (%(event_ids)s)
    order by created_at, id
) to stdout (format csv, header)
