-- Every ticket; the holder is the reservation. RELEASED counts as held, by nobody, until the job.
select t.id as ticket,
        case t.status when 'FREE' then 'available' when 'ACQUIRED' then 'sold' else 'held' end as status,
        r.id::text as holder, r.validity as deadline
    from alf_io.ticket as t left join alf_io.tickets_reservation as r on r.id = t.tickets_reservation_id
    where t.event_id = 1 order by t.id;
