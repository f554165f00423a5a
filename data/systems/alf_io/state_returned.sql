-- Every ticket was in a reservation that was given back, and the jobs have run: the reservations are deleted.
create temporary table held on commit drop as
    select t.id as ticket_id, gen_random_uuid()::text as reservation_id from alf_io.ticket as t where t.event_id = 1;
insert into alf_io.tickets_reservation
    (id, creation_ts, validity, status, user_language, event_id_fk, organization_id_fk, used_vat_percent, vat_included,
        vat_status, currency_code)
    select reservation_id, now(), now() + interval '25 minutes', 'PENDING', 'en', 1, 1,
        22, true, 'INCLUDED', 'EUR'
    from held order by ticket_id;
update alf_io.ticket as t
    set status = 'PENDING', tickets_reservation_id = h.reservation_id, user_language = 'en', currency_code = 'EUR',
        vat_status = 'INCLUDED'
    from held as h where t.id = h.ticket_id;
insert into alf_io.auditing (reservation_id, event_id, event_type, event_time, entity_type, entity_id)
    select reservation_id, 1, 'RESERVATION_CREATE', localtimestamp, 'RESERVATION', reservation_id from held;
update alf_io.ticket
    set status = 'RELEASED', uuid = gen_random_uuid()::text, public_uuid = gen_random_uuid(),
        tickets_reservation_id = null, user_language = null, vat_status = null
    where event_id = 1;
delete from alf_io.tickets_reservation where event_id_fk = 1;
insert into alf_io.auditing (reservation_id, event_id, event_type, event_time, entity_type, entity_id)
    select reservation_id, 1, 'CANCEL_RESERVATION', localtimestamp, 'RESERVATION', reservation_id from held;
update alf_io.ticket set status = 'FREE' where event_id = 1;
analyze alf_io.ticket, alf_io.tickets_reservation, alf_io.auditing;
