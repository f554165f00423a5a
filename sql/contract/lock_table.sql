-- Locks the tickets of all events, to be read as well, as a migration might.
lock table booking.tickets in access exclusive mode
