-- Puts event 1 on sale.
truncate plain_transaction.events, plain_transaction.tickets, plain_transaction.intents restart identity;
insert into plain_transaction.events (id, name, capacity) values (1, 'sale', %(tickets)s);
insert into plain_transaction.tickets (event_id, ticket_no) select 1, generate_series(1, %(tickets)s);
analyze plain_transaction.events, plain_transaction.tickets, plain_transaction.intents;
