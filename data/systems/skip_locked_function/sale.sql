-- Puts event 1 on sale.
truncate skip_locked_function.tickets, skip_locked_function.intents restart identity;
insert into skip_locked_function.tickets (event_id, ticket_no) select 1, generate_series(1, %(tickets)s);
analyze skip_locked_function.tickets, skip_locked_function.intents;
