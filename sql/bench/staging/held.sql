-- How many calls were answered with tickets until now.
select count(*) from booking.booking_intents
