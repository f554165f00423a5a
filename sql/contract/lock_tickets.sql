-- Locks all tickets of an event, as anybody with a transaction open might.
select from booking.tickets where event_id = %(event_id)s order by ticket_no for update
