-- Puts an event on sale.
insert into lean.tickets (event_id, ticket_no) select 1, n from generate_series(1, %(tickets)s) as n;
insert into lean.refusals (event_id, reason) values (1, 'sold_out');
select 1;
