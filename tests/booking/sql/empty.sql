-- Removes every row and begins to count again, for one who may set the triggers aside.
set session_replication_role = replica;
truncate booking.events, booking.tickets, booking.booking_intents, booking.request_keys,
    booking.claimed_blocks, booking.ticket_returns, booking.stock_checks restart identity;
reset session_replication_role;
