-- Puts event 1 on sale.
truncate random_start.events, random_start.tickets, random_start.intents restart identity;
insert into random_start.events (id, capacity) values (1, %(tickets)s);
insert into random_start.tickets (event_id, ticket_no) select 1, generate_series(1, %(tickets)s);
analyze random_start.events, random_start.tickets, random_start.intents;
