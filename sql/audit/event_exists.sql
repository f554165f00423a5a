-- Is there such an event? As numeric, a number above every bigint is one that is not there.
select exists (select from booking.events where id = %(event_id)s::numeric)
