-- How many tickets of an event are in holds past their deadline.
select count(*) from booking.tickets
where event_id = %(event_id)s and status = 'held' and hold_expires_at <= clock_timestamp()
