-- Every ticket that was given back has its row in ticket_returns: one for each of a released intent, at most one of an expired intent, whose tickets the next buyer may have taken over.
select *
from (
    select event_id, sum(returns) as returns, sum(released) as released, sum(expired) as expired
    from (
        select event_id, 1 as returns, 0 as released, 0 as expired from booking.ticket_returns
        union all
        select event_id, 0, case status when 'released' then quantity else 0 end, case status when 'expired' then quantity else 0 end
        from booking.booking_intents
    ) as rows
    where %(event_ids)s::bigint[] is null or event_id = any (%(event_ids)s)
    group by event_id
) as counted
where returns not between released and released + expired
order by event_id
