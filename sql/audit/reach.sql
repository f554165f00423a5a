-- Every available ticket can be found again: it is among the returned ones, or above what its event has combed.
select t.event_id, t.ticket_no, e.combed
from booking.tickets as t join booking.events as e on e.id = t.event_id
where t.status = 'available' and not t.returned and t.ticket_no <= e.combed
    and (%(event_id)s::bigint is null or t.event_id = %(event_id)s)
order by t.event_id, t.ticket_no
