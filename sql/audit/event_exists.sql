-- Is there such an event?
select exists (select from booking.events where id = %(event_id)s::bigint)
