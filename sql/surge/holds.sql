-- Every hold of some events, how it ended, and how many of its tickets say the same in their own rows: as CSV, which is read much
-- faster than rows. Times are seconds since the start of the run by the database's clock, %(started_at)s. A hold that nobody
-- took back yet is open, overdue or not.
copy (
    with intents as (
        select * from booking.booking_intents where event_id = any (%(event_ids)s)
    ), agreeing as (
        select i.id, count(*) as tickets
        from intents as i join booking.tickets as t
            on t.event_id = i.event_id and t.intent_id = i.id and t.held_by = i.user_id and t.ticket_no = any (i.ticket_nos)
        where i.status = 'confirmed' and t.status = 'sold'
            or i.status = 'pending' and t.status = 'held' and t.hold_expires_at = i.expires_at
        group by i.id
    )
    select
        i.id as intent_id,
        event_id as event,
        substring(user_id from '^buyer (\d+)$')::int as buyer,
        quantity,
        array_to_string(ticket_nos, ' ') as ticket_nos,
        coalesce(agreeing.tickets, 0) as tickets_agree,
        extract(epoch from created_at - %(started_at)s::timestamptz)::float8 as held_at,
        extract(epoch from expires_at - %(started_at)s::timestamptz)::float8 as deadline,
        extract(epoch from coalesce(confirmed_at, released_at, expired_at) - %(started_at)s::timestamptz)::float8 as ended_at,
        case status when 'pending' then 'open' else status::text end as "end"
    from intents as i left join agreeing using (id)
    order by created_at, id
) to stdout (format csv, header)
