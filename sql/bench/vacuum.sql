-- Leaves the tables as they are before an on-sale: nothing dead in them, and the planner knows them.
vacuum (analyze) booking.events, booking.tickets, booking.booking_intents
