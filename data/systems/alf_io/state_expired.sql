-- Every ticket is in a reservation past its deadline and the ten minutes after it, and the jobs have not run.
create temporary table held on commit drop as
    select t.id as ticket_id, gen_random_uuid()::text as reservation_id from alf_io.ticket as t where t.event_id = 1;
insert into alf_io.tickets_reservation
    (id, creation_ts, validity, status, user_language, event_id_fk, organization_id_fk, used_vat_percent, vat_included,
        vat_status, currency_code)
    select reservation_id, now() - interval '36 minutes', now() - interval '11 minutes', 'PENDING', 'en', 1, 1,
        22, true, 'INCLUDED', 'EUR'
    from held order by ticket_id;
update alf_io.ticket as t
    set status = 'PENDING', tickets_reservation_id = h.reservation_id, user_language = 'en', currency_code = 'EUR',
        vat_status = 'INCLUDED'
    from held as h where t.id = h.ticket_id;
insert into alf_io.auditing (reservation_id, event_id, event_type, event_time, entity_type, entity_id)
    select reservation_id, 1, 'RESERVATION_CREATE', localtimestamp, 'RESERVATION', reservation_id from held;
analyze alf_io.ticket, alf_io.tickets_reservation, alf_io.auditing;
