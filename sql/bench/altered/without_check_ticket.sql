-- Without the trigger that checks the changes of a held or sold ticket.
drop trigger check_ticket on booking.tickets;
