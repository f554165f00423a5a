-- Holds every ticket, and gives every ticket back.
insert into lean.intents (event_id, user_id, quantity, status, expires_at)
select 1, 'buyer', 1, 'released', now() + interval '5 minutes' from lean.tickets;
update lean.tickets set status = 'held', held_by = 'buyer', hold_expires_at = now() + interval '5 minutes';
update lean.tickets set status = 'available', held_by = null, hold_expires_at = null;
