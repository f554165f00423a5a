-- Sells the tickets of the lowest numbers, ten to an intent.
insert into lean.intents (event_id, user_id, quantity, status, expires_at, confirmed_at)
select 1, 'buyer', 10, 'confirmed', now() + interval '5 minutes', now() from generate_series(1, %(sold)s, 10);
update lean.tickets set status = 'sold', held_by = 'buyer', intent_id = (ticket_no + 9) / 10 where ticket_no <= %(sold)s;
