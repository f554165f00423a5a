-- The two jobs, one pass: reservations ten minutes past their deadline are deleted, then their tickets are free.
create temporary table due on commit drop as
    select r.id from alf_io.tickets_reservation as r
    where r.validity < now() - interval '10 minutes' and r.status = 'PENDING'
    for update skip locked;
update alf_io.ticket
    set status = 'RELEASED', uuid = gen_random_uuid()::text, public_uuid = gen_random_uuid(),
        tickets_reservation_id = null, user_language = null, vat_status = null
    where status = 'PENDING' and tickets_reservation_id in (select id from due);
delete from alf_io.tickets_reservation where id in (select id from due);
insert into alf_io.auditing (reservation_id, event_id, event_type, event_time, entity_type, entity_id)
    select id, 1, 'CANCEL_RESERVATION_EXPIRED', localtimestamp, 'RESERVATION', id from due;
update alf_io.ticket set status = 'FREE' where status = 'RELEASED' and event_id = 1;
