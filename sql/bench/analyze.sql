-- Tells the planner what has become of the tickets, as autovacuum would in time; what is dead stays.
analyze booking.events, booking.tickets, booking.booking_intents
