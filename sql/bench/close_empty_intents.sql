-- Ends the intents whose tickets were made over to others. To delete them would read all tickets for each.
update booking.booking_intents set status = 'released', released_at = clock_timestamp()
where event_id = %(event_id)s and user_id = 'crowd' and status = 'pending'
