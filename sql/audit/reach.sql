-- Every available ticket can be found again: it is among the returned ones, or above what is combed of its event.
select t.event_id, t.ticket_no, c.up_to as combed
from booking.tickets as t join booking.combed as c on c.event_id = t.event_id
where t.status = 'available' and not t.returned and t.ticket_no between 1 and c.up_to
    and (%(event_ids)s::bigint[] is null or t.event_id = any (%(event_ids)s))
order by t.event_id, t.ticket_no
