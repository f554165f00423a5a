-- What is left after a permutation, in words that do not depend on who came first: a hold past its deadline is not a hold.
select 'left: ' || left_over as answer from (
    select format('%s: ticket %s %s', e.name, t.status, t.held_by)
    from booking.events as e
    join booking.tickets as t on t.event_id = e.id
    where t.status = 'sold' or t.hold_expires_at > clock_timestamp()

    union all
    select format('%s: %s tickets', e.name, count(t))
    from booking.events as e
    join booking.tickets as t on t.event_id = e.id
    group by e.id

    union all
    select format('%s: %s for %s', i.user_id,
                  case when i.status = 'pending' and i.expires_at <= clock_timestamp() then 'expired' else i.status end, i.quantity)
    from booking.booking_intents as i
) as l (left_over)
