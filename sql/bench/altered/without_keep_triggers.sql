-- Without the triggers that refuse a change or the loss of what stays.
drop trigger numbers_are_final on booking.tickets;
drop trigger keep_tickets on booking.tickets;
drop trigger keep_intents on booking.booking_intents;
